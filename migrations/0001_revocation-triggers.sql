-- The revocation feed writes itself: whatever ends, narrows or re-dates something appends its subject in the same
-- transaction, whichever statement did it: a cascade and an upsert too. The one exception is INSERT OR REPLACE, for which
-- SQLite fires no DELETE trigger: never use it on these tables.
INSERT INTO feed_state (id, epoch, newest_seq, low_water) VALUES (1, lower(hex(randomblob(16))), 0, 0);
--> statement-breakpoint
CREATE TRIGGER feed_newest_seq AFTER INSERT ON revocations BEGIN
  UPDATE feed_state SET newest_seq = NEW.seq WHERE id = 1;
END;
--> statement-breakpoint
-- A token that expired hours ago is refused by every cached copy anyhow: sweeping those must not flood the feed.
CREATE TRIGGER token_ended AFTER DELETE ON tokens
WHEN OLD.expires_at IS NULL OR OLD.expires_at > CAST(unixepoch('subsec') * 1000 AS INTEGER) - 7200000 BEGIN
  INSERT INTO revocations (subject, at) VALUES ('token:' || OLD.id, CAST(unixepoch('subsec') * 1000 AS INTEGER));
END;
--> statement-breakpoint
CREATE TRIGGER token_narrowed AFTER UPDATE OF expires_at, scope, kind, hash, user_id, project_id, publisher_id ON tokens
WHEN OLD.expires_at IS NOT NEW.expires_at OR OLD.scope IS NOT NEW.scope OR OLD.kind IS NOT NEW.kind
  OR OLD.hash IS NOT NEW.hash
  OR OLD.user_id IS NOT NEW.user_id OR OLD.project_id IS NOT NEW.project_id OR OLD.publisher_id IS NOT NEW.publisher_id BEGIN
  INSERT INTO revocations (subject, at) VALUES ('token:' || OLD.id, CAST(unixepoch('subsec') * 1000 AS INTEGER));
END;
--> statement-breakpoint
CREATE TRIGGER user_ended AFTER DELETE ON users BEGIN
  INSERT INTO revocations (subject, at) VALUES ('user:' || OLD.id, CAST(unixepoch('subsec') * 1000 AS INTEGER));
END;
--> statement-breakpoint
CREATE TRIGGER user_role_changed AFTER UPDATE OF instance_role ON users WHEN OLD.instance_role IS NOT NEW.instance_role BEGIN
  INSERT INTO revocations (subject, at) VALUES ('user:' || OLD.id, CAST(unixepoch('subsec') * 1000 AS INTEGER));
END;
--> statement-breakpoint
CREATE TRIGGER membership_ended AFTER DELETE ON members BEGIN
  INSERT INTO revocations (subject, at) VALUES ('membership:' || OLD.user_id || ':' || OLD.project_id, CAST(unixepoch('subsec') * 1000 AS INTEGER));
END;
--> statement-breakpoint
CREATE TRIGGER membership_changed AFTER UPDATE OF role, user_id, project_id ON members
WHEN OLD.role IS NOT NEW.role OR OLD.user_id IS NOT NEW.user_id OR OLD.project_id IS NOT NEW.project_id BEGIN
  INSERT INTO revocations (subject, at) VALUES ('membership:' || OLD.user_id || ':' || OLD.project_id, CAST(unixepoch('subsec') * 1000 AS INTEGER));
END;
--> statement-breakpoint
CREATE TRIGGER project_ended AFTER DELETE ON projects BEGIN
  INSERT INTO revocations (subject, at) VALUES ('project:' || OLD.id, CAST(unixepoch('subsec') * 1000 AS INTEGER));
END;
--> statement-breakpoint
CREATE TRIGGER project_changed AFTER UPDATE OF slug_key, vcs, org, repo, visibility, default_branch ON projects
WHEN OLD.slug_key IS NOT NEW.slug_key OR OLD.vcs IS NOT NEW.vcs OR OLD.org IS NOT NEW.org OR OLD.repo IS NOT NEW.repo
  OR OLD.visibility IS NOT NEW.visibility OR OLD.default_branch IS NOT NEW.default_branch BEGIN
  INSERT INTO revocations (subject, at) VALUES ('project:' || OLD.id, CAST(unixepoch('subsec') * 1000 AS INTEGER));
END;
--> statement-breakpoint
CREATE TRIGGER publisher_ended AFTER DELETE ON publishers BEGIN
  INSERT INTO revocations (subject, at) VALUES ('publisher:' || OLD.id, CAST(unixepoch('subsec') * 1000 AS INTEGER));
  DELETE FROM tokens WHERE publisher_id = OLD.id;
END;
--> statement-breakpoint
CREATE TRIGGER publisher_changed AFTER UPDATE OF id, project_id, kind, issuer, claims ON publishers
WHEN OLD.id IS NOT NEW.id OR OLD.project_id IS NOT NEW.project_id OR OLD.kind IS NOT NEW.kind
  OR OLD.issuer IS NOT NEW.issuer OR OLD.claims IS NOT NEW.claims BEGIN
  INSERT INTO revocations (subject, at) VALUES ('publisher:' || OLD.id, CAST(unixepoch('subsec') * 1000 AS INTEGER));
  DELETE FROM tokens WHERE publisher_id = OLD.id;
END;
--> statement-breakpoint
-- Builds carry their pipeline's branch for the indexes; it is known for sure only once the CI told of the whole run.
CREATE TRIGGER pipeline_branch_told AFTER UPDATE OF branch ON pipelines WHEN OLD.branch IS NOT NEW.branch BEGIN
  UPDATE builds SET branch = NEW.branch WHERE pipeline_id = NEW.id;
END;
--> statement-breakpoint
CREATE TRIGGER build_branch_told AFTER UPDATE OF branch ON builds WHEN OLD.branch IS NOT NEW.branch BEGIN
  UPDATE artifacts SET branch = NEW.branch WHERE build_id = NEW.id;
END;
