PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_messages` (
	`id` integer PRIMARY KEY NOT NULL,
	`group_id` integer NOT NULL,
	`number` integer NOT NULL,
	`sender_id` integer,
	`posted_at` integer NOT NULL,
	`subject` text NOT NULL,
	`content` text NOT NULL,
	`post_key` text,
	`deleted_at` integer,
	`milestone` integer,
	FOREIGN KEY (`group_id`) REFERENCES `groups`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`sender_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
INSERT INTO `__new_messages`("id", "group_id", "number", "sender_id", "posted_at", "subject", "content", "post_key", "deleted_at", "milestone")
SELECT "id", "group_id", "number", "sender_id", "posted_at", "subject", "content", "post_key", "deleted_at",
	CASE WHEN `number` >= 64 AND NOT EXISTS (
		SELECT 1 FROM `messages` AS `other`
		WHERE `other`.`group_id` = `messages`.`group_id`
			AND `other`.`number` >= `messages`.`number` - `messages`.`number` % 64
			AND `other`.`number` < `messages`.`number`
	) THEN 1 END
FROM `messages` WHERE `id` % 4096 <> 0 OR upgrade_progress(`id`) ORDER BY `id`;--> statement-breakpoint
DROP TABLE `messages`;--> statement-breakpoint
ALTER TABLE `__new_messages` RENAME TO `messages`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE UNIQUE INDEX `messages_posted` ON `messages` (`group_id`,`posted_at`,`number`) WHERE "messages"."deleted_at" is null;--> statement-breakpoint
CREATE UNIQUE INDEX `messages_deleted` ON `messages` (`group_id`,`posted_at`,`number`) WHERE "messages"."deleted_at" is not null;--> statement-breakpoint
CREATE INDEX `messages_milestone` ON `messages` (`group_id`,`number`,`posted_at`) WHERE "messages"."milestone" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX `messages_post_key` ON `messages` (`sender_id`,`post_key`) WHERE "messages"."post_key" is not null;