CREATE TABLE `wall_clock` (
	`id` integer PRIMARY KEY NOT NULL,
	`trusted_at` integer NOT NULL,
	`doubted_for` integer
);
