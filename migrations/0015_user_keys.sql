CREATE TABLE `user_keys` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`fingerprint` text NOT NULL,
	`user_id` integer NOT NULL,
	`type` text NOT NULL,
	`comment` text NOT NULL,
	`added_at` integer NOT NULL,
	`last_used_at` integer,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `user_keys_fingerprint_unique` ON `user_keys` (`fingerprint`);--> statement-breakpoint
CREATE INDEX `user_keys_user` ON `user_keys` (`user_id`);--> statement-breakpoint
ALTER TABLE `users` ADD `key_count` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `users` ADD `is_protected` integer GENERATED ALWAYS AS ((password_hash is not null or key_count > 0)) VIRTUAL;