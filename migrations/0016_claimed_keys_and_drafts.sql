CREATE TABLE `claimed_keys` (
	`fingerprint` text NOT NULL,
	`user_id` integer NOT NULL,
	`type` text NOT NULL,
	`comment` text NOT NULL,
	`added_at` integer NOT NULL,
	PRIMARY KEY(`fingerprint`, `user_id`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `claimed_keys_user` ON `claimed_keys` (`user_id`);--> statement-breakpoint
CREATE TABLE `drafts` (
	`user_id` integer NOT NULL,
	`place` text NOT NULL,
	`subject` text,
	`content` text NOT NULL,
	`written_at` integer NOT NULL,
	PRIMARY KEY(`user_id`, `place`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `drafts_time` ON `drafts` (`written_at`);--> statement-breakpoint
CREATE TABLE `screen_keys` (
	`user_id` integer PRIMARY KEY NOT NULL,
	`text` text NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
