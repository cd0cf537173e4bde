ALTER TABLE `tokens` ADD `organization` text;--> statement-breakpoint
DROP TRIGGER token_narrowed;--> statement-breakpoint
CREATE TRIGGER token_narrowed AFTER UPDATE OF expires_at, scope, limits, kind, hash, user_id, project_id, organization, publisher_id ON tokens
WHEN OLD.expires_at IS NOT NEW.expires_at OR OLD.scope IS NOT NEW.scope OR OLD.limits IS NOT NEW.limits
  OR OLD.kind IS NOT NEW.kind OR OLD.hash IS NOT NEW.hash OR OLD.organization IS NOT NEW.organization
  OR OLD.user_id IS NOT NEW.user_id OR OLD.project_id IS NOT NEW.project_id OR OLD.publisher_id IS NOT NEW.publisher_id BEGIN
  INSERT INTO revocations (subject, at) VALUES ('token:' || OLD.id, CAST(unixepoch('subsec') * 1000 AS INTEGER));
END;
