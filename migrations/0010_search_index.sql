CREATE TABLE `search_index` (
	`id` integer PRIMARY KEY NOT NULL,
	`newest` integer NOT NULL,
	`oldest` integer NOT NULL,
	`version` text NOT NULL
);
--> statement-breakpoint
CREATE VIRTUAL TABLE `message_index` USING fts5(words, content='', contentless_delete=1, detail=none, tokenize="ascii tokenchars ':'");--> statement-breakpoint
INSERT INTO `message_index`(`message_index`, rank) VALUES('automerge', 0);--> statement-breakpoint
CREATE VIRTUAL TABLE `message_index_words` USING fts5vocab('message_index', 'instance');--> statement-breakpoint
INSERT INTO `search_index` VALUES(1, 0, 1, '');
