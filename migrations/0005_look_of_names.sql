ALTER TABLE `groups` ADD `skeleton` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `groups` ADD `key_skeleton` text DEFAULT '' NOT NULL;--> statement-breakpoint
UPDATE `groups` SET `skeleton` = name_skeleton(`name`), `key_skeleton` = name_skeleton(`name_key`);--> statement-breakpoint
CREATE INDEX `groups_skeleton` ON `groups` (`skeleton`);--> statement-breakpoint
CREATE INDEX `groups_key_skeleton` ON `groups` (`key_skeleton`);--> statement-breakpoint
ALTER TABLE `users` ADD `skeleton` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `users` ADD `key_skeleton` text DEFAULT '' NOT NULL;--> statement-breakpoint
UPDATE `users` SET `skeleton` = name_skeleton(`name`), `key_skeleton` = name_skeleton(`name_key`);--> statement-breakpoint
CREATE INDEX `users_skeleton` ON `users` (`skeleton`);--> statement-breakpoint
CREATE INDEX `users_key_skeleton` ON `users` (`key_skeleton`);