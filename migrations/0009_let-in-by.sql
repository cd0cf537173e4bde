ALTER TABLE `sign_in_links` ADD `made_by` text;--> statement-breakpoint
CREATE INDEX `sign_in_links_made_by` ON `sign_in_links` (`made_by`);--> statement-breakpoint
ALTER TABLE `members` ADD `added_by` text;--> statement-breakpoint
CREATE INDEX `members_added_by` ON `members` (`added_by`);--> statement-breakpoint
ALTER TABLE `org_creators` ADD `granted_by` text;--> statement-breakpoint
CREATE INDEX `org_creators_granted_by` ON `org_creators` (`granted_by`);--> statement-breakpoint
ALTER TABLE `users` ADD `invited_by` text;--> statement-breakpoint
ALTER TABLE `users` ADD `made_owner_by` text;--> statement-breakpoint
CREATE INDEX `users_invited_by` ON `users` (`invited_by`);--> statement-breakpoint
CREATE INDEX `users_made_owner_by` ON `users` (`made_owner_by`);--> statement-breakpoint
-- The audit log knows who let in those who were here before.
UPDATE users SET invited_by = told.user_id FROM (
  SELECT lower(subject) AS login, user_id, max(id) FROM audit
  WHERE project_id IS NULL AND action = 'user.created' GROUP BY lower(subject)
) AS told WHERE told.login = lower(users.login);
--> statement-breakpoint
UPDATE sign_in_links SET made_by = (SELECT invited_by FROM users WHERE users.id = sign_in_links.user_id) WHERE is_invitation;
--> statement-breakpoint
UPDATE users SET made_owner_by = told.user_id FROM (
  SELECT lower(subject) AS login, user_id, max(id) FROM audit
  WHERE project_id IS NULL AND action = 'user.role_set' AND detail ->> '$.role' = 'owner' GROUP BY lower(subject)
) AS told WHERE told.login = lower(users.login) AND users.instance_role = 'owner';
--> statement-breakpoint
UPDATE org_creators SET granted_by = told.user_id FROM (
  SELECT users.id AS creator_id, lower(audit.detail ->> '$.org') AS org, audit.user_id, max(audit.id)
  FROM audit JOIN users ON lower(users.login) = lower(audit.subject)
  WHERE audit.project_id IS NULL AND audit.action = 'creator.granted' GROUP BY creator_id, lower(audit.detail ->> '$.org')
) AS told WHERE told.creator_id = org_creators.user_id AND told.org = org_creators.vcs || '/' || org_creators.org;
--> statement-breakpoint
UPDATE members SET added_by = told.user_id FROM (
  SELECT audit.project_id, users.id AS member_id, audit.user_id, max(audit.id)
  FROM audit JOIN users ON lower(users.login) = lower(audit.subject)
  WHERE audit.action = 'member.set' AND audit.user_id <> users.id GROUP BY audit.project_id, member_id
) AS told WHERE told.project_id = members.project_id AND told.member_id = members.user_id;
--> statement-breakpoint
-- What a page was signed for ends with the session that asked. One that nobody used for 30 days has signed nothing that
-- is still good: sweeping those must not flood the feed.
CREATE TRIGGER session_ended AFTER DELETE ON sessions
WHEN OLD.last_seen_at > CAST(unixepoch('subsec') * 1000 AS INTEGER) - 2592000000 BEGIN
  INSERT INTO revocations (subject, at) VALUES ('session:' || OLD.id, CAST(unixepoch('subsec') * 1000 AS INTEGER));
END;
--> statement-breakpoint
-- An invitation runs out with its maker and with their role, whichever statement ends those.
CREATE TRIGGER invitations_of_removed AFTER DELETE ON users BEGIN
  UPDATE sign_in_links SET expires_at = min(expires_at, CAST(unixepoch('subsec') * 1000 AS INTEGER)) WHERE made_by = OLD.id;
END;
--> statement-breakpoint
CREATE TRIGGER invitations_of_demoted AFTER UPDATE OF instance_role ON users WHEN NEW.instance_role <> 'owner' BEGIN
  UPDATE sign_in_links SET expires_at = min(expires_at, CAST(unixepoch('subsec') * 1000 AS INTEGER)) WHERE made_by = NEW.id;
END;
