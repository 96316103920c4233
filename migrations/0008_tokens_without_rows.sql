CREATE TABLE `ended_tokens` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` integer NOT NULL,
	`issued_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `ended_tokens_user` ON `ended_tokens` (`user_id`,`issued_at`);--> statement-breakpoint
CREATE INDEX `ended_tokens_issued` ON `ended_tokens` (`issued_at`);--> statement-breakpoint
CREATE TABLE `token_key` (
	`id` integer PRIMARY KEY NOT NULL,
	`key` blob NOT NULL
);
--> statement-breakpoint
ALTER TABLE `users` ADD `token_epoch` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `users` ADD `tokens_after` integer DEFAULT 0 NOT NULL;