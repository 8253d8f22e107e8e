-- How often something was changed that stands beside leads and is asked of every one. Whoever remembers any of it looks
-- here whether it still holds, whichever process changed it. No projection.
CREATE TABLE beside (changed INTEGER NOT NULL);
INSERT INTO beside (changed) VALUES (0);

CREATE TRIGGER override_is_set AFTER INSERT ON override BEGIN UPDATE beside SET changed = changed + 1; END;
CREATE TRIGGER override_is_changed AFTER UPDATE ON override BEGIN UPDATE beside SET changed = changed + 1; END;
CREATE TRIGGER override_is_gone AFTER DELETE ON override BEGIN UPDATE beside SET changed = changed + 1; END;
CREATE TRIGGER suppression_is_new AFTER INSERT ON suppression BEGIN UPDATE beside SET changed = changed + 1; END;
CREATE TRIGGER suppression_is_gone AFTER DELETE ON suppression BEGIN UPDATE beside SET changed = changed + 1; END;
CREATE TRIGGER imported_key_is_new AFTER INSERT ON imported_key BEGIN UPDATE beside SET changed = changed + 1; END;
CREATE TRIGGER imported_key_is_gone AFTER DELETE ON imported_key BEGIN UPDATE beside SET changed = changed + 1; END;
CREATE TRIGGER invoice_is_new AFTER INSERT ON invoice BEGIN UPDATE beside SET changed = changed + 1; END;
