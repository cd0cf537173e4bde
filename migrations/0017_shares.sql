CREATE TABLE `shares` (
	`id` text PRIMARY KEY NOT NULL,
	`hash` text NOT NULL,
	`project_id` text NOT NULL,
	`kind` text NOT NULL,
	`node_index` integer NOT NULL,
	`path` text NOT NULL,
	`build_id` text,
	`branch` text,
	`label` text,
	`last_four` text NOT NULL,
	`shows_name` integer NOT NULL,
	`created_by` text NOT NULL,
	`minted_by` text,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`max_uses` integer,
	`uses` integer DEFAULT 0 NOT NULL,
	`last_used_at` integer,
	`last_used_from` text,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`build_id`) REFERENCES `builds`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `shares_hash_unique` ON `shares` (`hash`);--> statement-breakpoint
CREATE INDEX `shares_project` ON `shares` (`project_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `shares_build` ON `shares` (`build_id`);--> statement-breakpoint
CREATE INDEX `shares_created_by` ON `shares` (`created_by`);--> statement-breakpoint
CREATE INDEX `shares_minted_by` ON `shares` (`minted_by`);--> statement-breakpoint
CREATE INDEX `shares_expiry` ON `shares` (`expires_at`);--> statement-breakpoint
-- As for tokens: whichever statement ends a link, the feed tells. One that expired hours ago opens nothing anyhow: sweeping
-- those must not flood the feed.
CREATE TRIGGER share_ended AFTER DELETE ON shares
WHEN OLD.expires_at > CAST(unixepoch('subsec') * 1000 AS INTEGER) - 7200000 BEGIN
  INSERT INTO revocations (subject, at) VALUES ('share:' || OLD.id, CAST(unixepoch('subsec') * 1000 AS INTEGER));
END;
--> statement-breakpoint
CREATE TRIGGER share_narrowed AFTER UPDATE OF expires_at, project_id, created_by ON shares
WHEN OLD.expires_at IS NOT NEW.expires_at OR OLD.project_id IS NOT NEW.project_id OR OLD.created_by IS NOT NEW.created_by BEGIN
  INSERT INTO revocations (subject, at) VALUES ('share:' || OLD.id, CAST(unixepoch('subsec') * 1000 AS INTEGER));
END;
--> statement-breakpoint
-- A link ends with its maker's membership, whichever statement ends that. The audit log tells, unless the whole project goes.
CREATE TRIGGER shares_of_removed AFTER DELETE ON members BEGIN
  INSERT INTO audit (at, action, project_id, subject, detail)
    SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER), 'share.ended', project_id, id,
      json_object('label', label, 'path', path, 'reason', 'its maker was removed')
    FROM shares WHERE created_by = OLD.user_id AND project_id = OLD.project_id
      AND expires_at > CAST(unixepoch('subsec') * 1000 AS INTEGER)
      AND EXISTS (SELECT 1 FROM projects WHERE projects.id = OLD.project_id);
  DELETE FROM shares WHERE created_by = OLD.user_id AND project_id = OLD.project_id;
END;
--> statement-breakpoint
INSERT INTO `upkeep_tasks` (`task`, `done_at`) SELECT `value`, unixepoch() * 1000 FROM json_each('["share links"]');
