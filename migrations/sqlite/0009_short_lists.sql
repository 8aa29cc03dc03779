-- The short list that a model gave with its answer: how many labels, and whether the right one is among them. Both are empty
-- when it gave none.
ALTER TABLE evaluation_case ADD COLUMN short_list_size INTEGER CHECK (short_list_size > 0);
ALTER TABLE evaluation_case ADD COLUMN short_list_holds INTEGER CHECK (short_list_holds IN (0, 1));
