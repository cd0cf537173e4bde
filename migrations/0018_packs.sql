CREATE TABLE `pack_indexes` (
	`object_key` text PRIMARY KEY NOT NULL,
	`pack_id` text NOT NULL,
	`project_id` text NOT NULL,
	`build_id` text NOT NULL,
	`created_at` integer NOT NULL,
	`members` text NOT NULL,
	FOREIGN KEY (`pack_id`) REFERENCES `packs`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `pack_indexes_pack_id_unique` ON `pack_indexes` (`pack_id`);--> statement-breakpoint
CREATE INDEX `pack_indexes_build` ON `pack_indexes` (`build_id`);--> statement-breakpoint
CREATE INDEX `pack_indexes_age` ON `pack_indexes` (`project_id`,`created_at`);--> statement-breakpoint
CREATE TABLE `packs` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`build_id` text NOT NULL,
	`build_num` integer NOT NULL,
	`branch` text,
	`node_index` integer NOT NULL,
	`name` text NOT NULL,
	`size_bytes` integer NOT NULL,
	`digest` text NOT NULL,
	`object_key` text NOT NULL,
	`file_count` integer NOT NULL,
	`unpacked_bytes` integer NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`build_id`) REFERENCES `builds`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `packs_object_key_unique` ON `packs` (`object_key`);--> statement-breakpoint
CREATE UNIQUE INDEX `packs_name` ON `packs` (`build_id`,`node_index`,`name`);--> statement-breakpoint
CREATE INDEX `packs_newest` ON `packs` (`project_id`,`node_index`,`build_num`);--> statement-breakpoint
CREATE INDEX `packs_branch` ON `packs` (`project_id`,`node_index`,`branch`,`build_num`);--> statement-breakpoint
CREATE INDEX `packs_age` ON `packs` (`project_id`,`created_at`);--> statement-breakpoint
ALTER TABLE `uploads` ADD `is_pack` integer DEFAULT false NOT NULL;--> statement-breakpoint
CREATE TRIGGER build_branch_told_packs AFTER UPDATE OF branch ON builds WHEN OLD.branch IS NOT NEW.branch BEGIN
  UPDATE packs SET branch = NEW.branch WHERE build_id = NEW.id;
END;
