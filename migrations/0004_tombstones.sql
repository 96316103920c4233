DROP INDEX `messages_posted`;--> statement-breakpoint
ALTER TABLE `messages` ADD `deleted_at` integer;--> statement-breakpoint
CREATE UNIQUE INDEX `messages_deleted` ON `messages` (`group_id`,`posted_at`) WHERE "messages"."deleted_at" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX `messages_posted` ON `messages` (`group_id`,`posted_at`) WHERE "messages"."deleted_at" is null;