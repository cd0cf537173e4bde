CREATE TABLE `token_days` (
	`token_id` text NOT NULL,
	`day` integer NOT NULL,
	`slots` integer NOT NULL,
	`last_slot` integer NOT NULL,
	`places` text NOT NULL,
	PRIMARY KEY(`token_id`, `day`),
	FOREIGN KEY (`token_id`) REFERENCES `tokens`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `token_days_day` ON `token_days` (`day`);--> statement-breakpoint
CREATE INDEX `audit_refused` ON `audit` (`subject`,`id`) WHERE action in ('token.refused_by_scope', 'token.refused_by_network', 'token.refused_expired');
