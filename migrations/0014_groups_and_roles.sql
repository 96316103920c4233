CREATE TABLE `closed_threads` (
	`group_id` integer NOT NULL,
	`thread` integer NOT NULL,
	`closed_at` integer NOT NULL,
	PRIMARY KEY(`group_id`, `thread`),
	FOREIGN KEY (`group_id`) REFERENCES `groups`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `group_log` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`group_id` integer NOT NULL,
	`at` integer NOT NULL,
	`act` text NOT NULL,
	`by` text,
	`user` text,
	`number` integer,
	`posted_at` integer,
	`until` integer,
	`detail` text DEFAULT '' NOT NULL,
	FOREIGN KEY (`group_id`) REFERENCES `groups`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `group_log_group` ON `group_log` (`group_id`,`id`);--> statement-breakpoint
CREATE TABLE `invitations` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`group_id` integer NOT NULL,
	`user_id` integer,
	`code_hash` text,
	`uses` integer,
	`until` integer,
	`invited_by` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`group_id`) REFERENCES `groups`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`invited_by`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE UNIQUE INDEX `invitations_code_hash_unique` ON `invitations` (`code_hash`);--> statement-breakpoint
CREATE UNIQUE INDEX `invitations_user` ON `invitations` (`user_id`,`group_id`);--> statement-breakpoint
CREATE INDEX `invitations_group` ON `invitations` (`group_id`);--> statement-breakpoint
CREATE INDEX `invitations_invited_by` ON `invitations` (`invited_by`);--> statement-breakpoint
CREATE TABLE `pins` (
	`group_id` integer NOT NULL,
	`number` integer NOT NULL,
	`pinned_at` integer NOT NULL,
	PRIMARY KEY(`group_id`, `number`),
	FOREIGN KEY (`group_id`) REFERENCES `groups`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `reports` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`group_id` integer NOT NULL,
	`number` integer NOT NULL,
	`user_id` integer,
	`reason` text NOT NULL,
	`created_at` integer NOT NULL,
	`closed_at` integer,
	FOREIGN KEY (`group_id`) REFERENCES `groups`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE UNIQUE INDEX `reports_user` ON `reports` (`user_id`,`group_id`,`number`);--> statement-breakpoint
CREATE INDEX `reports_group` ON `reports` (`group_id`,`number`);--> statement-breakpoint
CREATE INDEX `reports_open` ON `reports` (`id`) WHERE "reports"."closed_at" is null;--> statement-breakpoint
CREATE TABLE `restrictions` (
	`group_id` integer NOT NULL,
	`user_id` integer NOT NULL,
	`kind` text NOT NULL,
	`until` integer,
	`reason` text DEFAULT '' NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`group_id`, `user_id`, `kind`),
	FOREIGN KEY (`group_id`) REFERENCES `groups`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `restrictions_user` ON `restrictions` (`user_id`);--> statement-breakpoint
ALTER TABLE `groups` ADD `access` text DEFAULT 'open' NOT NULL;--> statement-breakpoint
ALTER TABLE `groups` ADD `posting` text DEFAULT 'members' NOT NULL;--> statement-breakpoint
ALTER TABLE `groups` ADD `replying` text DEFAULT 'members' NOT NULL;--> statement-breakpoint
ALTER TABLE `groups` ADD `about` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `memberships` ADD `role` text DEFAULT 'member' NOT NULL;--> statement-breakpoint
ALTER TABLE `memberships` ADD `role_since` integer;--> statement-breakpoint
CREATE INDEX `memberships_role` ON `memberships` (`group_id`,`role_since`) WHERE "memberships"."role_since" is not null;--> statement-breakpoint
CREATE INDEX `memberships_owner` ON `memberships` (`user_id`) WHERE "memberships"."role" = 'owner';