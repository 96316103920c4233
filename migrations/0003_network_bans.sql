CREATE TABLE `network_bans` (
	`network` text PRIMARY KEY NOT NULL,
	`reason` text,
	`created_at` integer NOT NULL,
	`ends_at` integer
);
