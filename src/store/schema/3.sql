-- Version 3: numbers that came as something else, so that they are counted again whenever the answer
-- is read.
ALTER TABLE missing_kb ADD COLUMN unreadable TEXT NOT NULL DEFAULT '[]'; -- JSON, a list of texts
