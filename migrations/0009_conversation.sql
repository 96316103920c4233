CREATE TABLE `blocks` (
	`user_id` integer NOT NULL,
	`blocked_id` integer NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`user_id`, `blocked_id`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`blocked_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `blocks_blocked` ON `blocks` (`blocked_id`);--> statement-breakpoint
CREATE TABLE `mentions` (
	`group_id` integer NOT NULL,
	`number` integer NOT NULL,
	`user_id` integer NOT NULL,
	`posted_at` integer NOT NULL,
	PRIMARY KEY(`group_id`, `number`, `user_id`),
	FOREIGN KEY (`group_id`) REFERENCES `groups`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `mentions_user` ON `mentions` (`user_id`,`posted_at`);--> statement-breakpoint
CREATE INDEX `mentions_membership` ON `mentions` (`user_id`,`group_id`,`posted_at`);--> statement-breakpoint
CREATE TABLE `muted_threads` (
	`user_id` integer NOT NULL,
	`group_id` integer NOT NULL,
	`thread` integer NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`user_id`, `group_id`, `thread`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`group_id`) REFERENCES `groups`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `muted_threads_group` ON `muted_threads` (`group_id`,`thread`);--> statement-breakpoint
CREATE TABLE `muted_users` (
	`user_id` integer NOT NULL,
	`muted_id` integer NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`user_id`, `muted_id`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`muted_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `muted_users_muted` ON `muted_users` (`muted_id`);--> statement-breakpoint
CREATE TABLE `revisions` (
	`group_id` integer NOT NULL,
	`number` integer NOT NULL,
	`revision` integer NOT NULL,
	`written_at` integer NOT NULL,
	`subject` text NOT NULL,
	`content` text NOT NULL,
	PRIMARY KEY(`group_id`, `number`, `revision`),
	FOREIGN KEY (`group_id`) REFERENCES `groups`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
DROP INDEX `messages_posted`;--> statement-breakpoint
ALTER TABLE `messages` ADD `reply_to` integer;--> statement-breakpoint
ALTER TABLE `messages` ADD `thread` integer;--> statement-breakpoint
ALTER TABLE `messages` ADD `mentions` text;--> statement-breakpoint
ALTER TABLE `messages` ADD `edited_at` integer;--> statement-breakpoint
ALTER TABLE `messages` ADD `edits` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `messages` ADD `deleted_by` integer;--> statement-breakpoint
ALTER TABLE `messages` ADD `changed` integer;--> statement-breakpoint
CREATE INDEX `messages_thread` ON `messages` (`group_id`,`thread`,`posted_at`,`number`) WHERE "messages"."thread" is not null and "messages"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX `messages_changed` ON `messages` (`group_id`,`changed`) WHERE "messages"."changed" is not null;--> statement-breakpoint
CREATE INDEX `messages_posted` ON `messages` (`group_id`,`posted_at`,`number`,`sender_id`,`thread`) WHERE "messages"."deleted_at" is null;--> statement-breakpoint
ALTER TABLE `groups` ADD `kind` text DEFAULT 'group' NOT NULL;--> statement-breakpoint
ALTER TABLE `groups` ADD `created_by` integer;--> statement-breakpoint
ALTER TABLE `groups` ADD `last_change` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `groups_created_by` ON `groups` (`created_by`,`created_at`) WHERE "groups"."created_by" is not null;--> statement-breakpoint
ALTER TABLE `memberships` ADD `last_read_at` integer;--> statement-breakpoint
ALTER TABLE `memberships` ADD `read_ranges` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `memberships` ADD `notify` text DEFAULT 'all' NOT NULL;