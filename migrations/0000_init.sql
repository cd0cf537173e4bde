CREATE TABLE `dispatch_targets` (
	`project_id` text PRIMARY KEY NOT NULL,
	`config` text NOT NULL,
	`sealed` text NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `env_vars` (
	`project_id` text NOT NULL,
	`name` text NOT NULL,
	`sealed` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`project_id`, `name`),
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `listeners` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`config` text NOT NULL,
	`sealed` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `listeners_project` ON `listeners` (`project_id`,`created_at`);--> statement-breakpoint
CREATE TABLE `outbox` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`build_id` text NOT NULL,
	`workflow_id` text NOT NULL,
	`listener_id` text,
	`event` text NOT NULL,
	`told` text,
	`params` text,
	`state` text NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`response_status` integer,
	`problem` text,
	`remote_id` text,
	`created_at` integer NOT NULL,
	`last_attempt_at` integer,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`build_id`) REFERENCES `builds`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`listener_id`) REFERENCES `listeners`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `outbox_told` ON `outbox` (`listener_id`,`build_id`,`told`);--> statement-breakpoint
CREATE INDEX `outbox_project` ON `outbox` (`project_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `outbox_build` ON `outbox` (`build_id`);--> statement-breakpoint
CREATE INDEX `outbox_workflow` ON `outbox` (`workflow_id`);--> statement-breakpoint
CREATE INDEX `outbox_created` ON `outbox` (`created_at`);--> statement-breakpoint
CREATE INDEX `outbox_pending` ON `outbox` (`created_at`) WHERE state = 'pending';--> statement-breakpoint
CREATE TABLE `deliveries` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`project_id` text NOT NULL,
	`source` text NOT NULL,
	`event` text NOT NULL,
	`result` text NOT NULL,
	`detail` text NOT NULL,
	`at` integer NOT NULL,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `deliveries_project` ON `deliveries` (`project_id`,`id`);--> statement-breakpoint
CREATE INDEX `deliveries_at` ON `deliveries` (`at`);--> statement-breakpoint
CREATE TABLE `publishers` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`kind` text NOT NULL,
	`issuer` text NOT NULL,
	`claims` text NOT NULL,
	`created_by` text,
	`minted_by` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`created_by`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE INDEX `publishers_project` ON `publishers` (`project_id`,`issuer`);--> statement-breakpoint
CREATE INDEX `publishers_issuer` ON `publishers` (`issuer`);--> statement-breakpoint
CREATE INDEX `publishers_minted_by` ON `publishers` (`minted_by`);--> statement-breakpoint
CREATE TABLE `retention` (
	`project_id` text PRIMARY KEY NOT NULL,
	`artifact_days` integer NOT NULL,
	`build_days` integer NOT NULL,
	`keep_per_branch` integer NOT NULL,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `used_identities` (
	`id` text PRIMARY KEY NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `used_identities_expiry` ON `used_identities` (`expires_at`);--> statement-breakpoint
CREATE TABLE `webhooks` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`source` text NOT NULL,
	`sealed_secret` text NOT NULL,
	`created_by` text,
	`minted_by` text,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`created_by`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE UNIQUE INDEX `webhooks_current` ON `webhooks` (`project_id`,`source`) WHERE expires_at is null;--> statement-breakpoint
CREATE INDEX `webhooks_source` ON `webhooks` (`project_id`,`source`);--> statement-breakpoint
CREATE INDEX `webhooks_minted_by` ON `webhooks` (`minted_by`);--> statement-breakpoint
CREATE INDEX `webhooks_expiry` ON `webhooks` (`expires_at`);--> statement-breakpoint
CREATE TABLE `upload_parts` (
	`upload_id` text NOT NULL,
	`number` integer NOT NULL,
	`size_bytes` integer NOT NULL,
	`sha256` text NOT NULL,
	`etag` text NOT NULL,
	PRIMARY KEY(`upload_id`, `number`),
	FOREIGN KEY (`upload_id`) REFERENCES `uploads`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `uploads` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`build_id` text NOT NULL,
	`build_num` integer NOT NULL,
	`node_index` integer NOT NULL,
	`path` text NOT NULL,
	`size_bytes` integer NOT NULL,
	`part_size_bytes` integer NOT NULL,
	`content_type` text NOT NULL,
	`overwrite` integer NOT NULL,
	`object_key` text NOT NULL,
	`r2_upload_id` text NOT NULL,
	`digest` text,
	`created_at` integer NOT NULL,
	`touched_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `uploads_touched` ON `uploads` (`touched_at`);--> statement-breakpoint
CREATE TABLE `identities` (
	`provider` text NOT NULL,
	`subject` text NOT NULL,
	`user_id` text NOT NULL,
	`name` text NOT NULL,
	`created_at` integer NOT NULL,
	`last_used_at` integer NOT NULL,
	PRIMARY KEY(`provider`, `subject`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `identities_user` ON `identities` (`user_id`);--> statement-breakpoint
CREATE TABLE `sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`hash` text NOT NULL,
	`user_id` text NOT NULL,
	`method` text NOT NULL,
	`user_agent` text,
	`from` text,
	`created_at` integer NOT NULL,
	`last_seen_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `sessions_hash_unique` ON `sessions` (`hash`);--> statement-breakpoint
CREATE INDEX `sessions_user` ON `sessions` (`user_id`,`last_seen_at`);--> statement-breakpoint
CREATE INDEX `sessions_last_seen` ON `sessions` (`last_seen_at`);--> statement-breakpoint
CREATE TABLE `sign_in_links` (
	`hash` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `sign_in_links_user` ON `sign_in_links` (`user_id`);--> statement-breakpoint
CREATE INDEX `sign_in_links_expiry` ON `sign_in_links` (`expires_at`);--> statement-breakpoint
CREATE TABLE `artifacts` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`build_id` text NOT NULL,
	`build_num` integer NOT NULL,
	`branch` text,
	`node_index` integer NOT NULL,
	`path` text NOT NULL,
	`size_bytes` integer NOT NULL,
	`digest` text NOT NULL,
	`content_type` text NOT NULL,
	`object_key` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`build_id`) REFERENCES `builds`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `artifacts_object_key_unique` ON `artifacts` (`object_key`);--> statement-breakpoint
CREATE UNIQUE INDEX `artifacts_path` ON `artifacts` (`build_id`,`node_index`,`path`);--> statement-breakpoint
CREATE INDEX `artifacts_newest` ON `artifacts` (`project_id`,`path`,`node_index`,`build_num`);--> statement-breakpoint
CREATE INDEX `artifacts_branch` ON `artifacts` (`project_id`,`path`,`node_index`,`branch`,`build_num`);--> statement-breakpoint
CREATE INDEX `artifacts_age` ON `artifacts` (`project_id`,`created_at`);--> statement-breakpoint
CREATE TABLE `audit` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` integer NOT NULL,
	`action` text NOT NULL,
	`user_id` text,
	`actor_token_id` text,
	`project_id` text,
	`subject` text,
	`detail` text,
	`from` text
);
--> statement-breakpoint
CREATE INDEX `audit_project` ON `audit` (`project_id`,`id`);--> statement-breakpoint
CREATE INDEX `audit_user` ON `audit` (`user_id`,`id`);--> statement-breakpoint
CREATE TABLE `builds` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`pipeline_id` text NOT NULL,
	`workflow_id` text NOT NULL,
	`build_num` integer NOT NULL,
	`external_id` text NOT NULL,
	`job_name` text NOT NULL,
	`branch` text,
	`status` text NOT NULL,
	`class` text NOT NULL,
	`stage` integer NOT NULL,
	`event_at` integer NOT NULL,
	`rank` integer NOT NULL,
	`queued_at` integer,
	`started_at` integer,
	`stopped_at` integer,
	`build_url` text,
	`url_order` text,
	`steps_order` text,
	`steps` text,
	`retry_of` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`pipeline_id`) REFERENCES `pipelines`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`workflow_id`) REFERENCES `workflows`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `builds_external` ON `builds` (`project_id`,`external_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `builds_num` ON `builds` (`project_id`,`build_num`);--> statement-breakpoint
CREATE INDEX `builds_branch` ON `builds` (`project_id`,`branch`,`build_num`);--> statement-breakpoint
CREATE INDEX `builds_job` ON `builds` (`project_id`,`job_name`,`branch`,`build_num`);--> statement-breakpoint
CREATE INDEX `builds_class` ON `builds` (`project_id`,`class`,`build_num`);--> statement-breakpoint
CREATE INDEX `builds_branch_class` ON `builds` (`project_id`,`branch`,`class`,`build_num`);--> statement-breakpoint
CREATE INDEX `builds_pipeline` ON `builds` (`pipeline_id`,`stage`);--> statement-breakpoint
CREATE INDEX `builds_age` ON `builds` (`project_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `builds_workflow` ON `builds` (`workflow_id`);--> statement-breakpoint
CREATE TABLE `feed_state` (
	`id` integer PRIMARY KEY NOT NULL,
	`epoch` text NOT NULL,
	`newest_seq` integer NOT NULL,
	`low_water` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `members` (
	`project_id` text NOT NULL,
	`user_id` text NOT NULL,
	`role` text NOT NULL,
	`followed` integer DEFAULT true NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`project_id`, `user_id`),
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `members_user` ON `members` (`user_id`);--> statement-breakpoint
CREATE TABLE `org_creators` (
	`vcs` text NOT NULL,
	`org` text NOT NULL,
	`user_id` text NOT NULL,
	PRIMARY KEY(`vcs`, `org`, `user_id`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `org_creators_user` ON `org_creators` (`user_id`);--> statement-breakpoint
CREATE TABLE `pipelines` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`number` integer NOT NULL,
	`external_id` text NOT NULL,
	`branch` text,
	`tag` text,
	`revision` text NOT NULL,
	`subject` text,
	`body` text,
	`author` text,
	`committer` text,
	`actor` text,
	`pull_requests` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `pipelines_external` ON `pipelines` (`project_id`,`external_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `pipelines_number` ON `pipelines` (`project_id`,`number`);--> statement-breakpoint
CREATE INDEX `pipelines_branch` ON `pipelines` (`project_id`,`branch`,`number`);--> statement-breakpoint
CREATE INDEX `pipelines_age` ON `pipelines` (`project_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `pipelines_revision` ON `pipelines` (`project_id`,`revision`);--> statement-breakpoint
CREATE INDEX `pipelines_actor` ON `pipelines` (`project_id`,lower("actor" ->> '$.login'),`number`);--> statement-breakpoint
CREATE TABLE `projects` (
	`id` text PRIMARY KEY NOT NULL,
	`slug_key` text NOT NULL,
	`vcs` text NOT NULL,
	`org` text NOT NULL,
	`repo` text NOT NULL,
	`visibility` text NOT NULL,
	`default_branch` text NOT NULL,
	`last_build_num` integer DEFAULT 0 NOT NULL,
	`last_pipeline_number` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `projects_slug_key_unique` ON `projects` (`slug_key`);--> statement-breakpoint
CREATE TABLE `revocations` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`subject` text NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `revocations_at` ON `revocations` (`at`);--> statement-breakpoint
CREATE TABLE `sweeps` (
	`name` text PRIMARY KEY NOT NULL,
	`cursor` text
);
--> statement-breakpoint
CREATE TABLE `test_results` (
	`build_id` text NOT NULL,
	`report` text NOT NULL,
	`position` integer NOT NULL,
	`classname` text NOT NULL,
	`name` text NOT NULL,
	`result` text NOT NULL,
	`run_time_seconds` real NOT NULL,
	`message` text NOT NULL,
	`file` text,
	`source` text NOT NULL,
	PRIMARY KEY(`build_id`, `report`, `position`),
	FOREIGN KEY (`build_id`) REFERENCES `builds`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `test_results_case` ON `test_results` (`build_id`,`classname`,`name`,`result`);--> statement-breakpoint
CREATE INDEX `test_results_failed` ON `test_results` (`build_id`) WHERE result in ('failure', 'error');--> statement-breakpoint
CREATE TABLE `tokens` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`hash` text NOT NULL,
	`user_id` text,
	`created_by` text,
	`project_id` text,
	`scope` text,
	`publisher_id` text,
	`renewable_until` integer,
	`label` text NOT NULL,
	`prefix` text NOT NULL,
	`last_four` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	`rotated_at` integer,
	`planned_expires_at` integer,
	`minted_by` text,
	`last_used_at` integer,
	`last_used_from` text,
	`leak_reported_at` integer,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`created_by`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE set null,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `tokens_hash_unique` ON `tokens` (`hash`);--> statement-breakpoint
CREATE INDEX `tokens_user` ON `tokens` (`user_id`,`kind`);--> statement-breakpoint
CREATE INDEX `tokens_project` ON `tokens` (`project_id`,`kind`,`created_at`);--> statement-breakpoint
CREATE INDEX `tokens_created_by` ON `tokens` (`created_by`);--> statement-breakpoint
CREATE INDEX `tokens_minted_by` ON `tokens` (`minted_by`);--> statement-breakpoint
CREATE INDEX `tokens_kind_expiry` ON `tokens` (`kind`,`expires_at`);--> statement-breakpoint
CREATE INDEX `tokens_publisher` ON `tokens` (`publisher_id`);--> statement-breakpoint
CREATE TABLE `users` (
	`id` text PRIMARY KEY NOT NULL,
	`login` text NOT NULL,
	`name` text NOT NULL,
	`avatar_url` text,
	`instance_role` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `users_login` ON `users` (lower("login"));--> statement-breakpoint
CREATE TABLE `workflows` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`pipeline_id` text NOT NULL,
	`external_id` text NOT NULL,
	`name` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`pipeline_id`) REFERENCES `pipelines`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `workflows_external` ON `workflows` (`pipeline_id`,`external_id`);--> statement-breakpoint
CREATE INDEX `workflows_created` ON `workflows` (`project_id`,`created_at`);