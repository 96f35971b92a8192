-- The indexes, built after the COPY (bulk building is many times faster). Needs: owner of the tables. PostgreSQL 15.
-- Which statement needs which:
--   the worst active cases by use, and counts by status     case_bank_status_usage
CREATE INDEX case_bank_status_usage ON case_bank (status, usage_count DESC, success_rate);
--   the most used cases                                      case_bank_usage
CREATE INDEX case_bank_usage ON case_bank (usage_count DESC);
--   cases nobody used for long                               case_bank_idle
CREATE INDEX case_bank_idle ON case_bank (last_used_at) WHERE status = 'active';
--   nearest cases (operator <=>, cosine distance)            case_bank_vector
CREATE INDEX case_bank_vector ON case_bank USING hnsw (query_vector vector_cosine_ops) WITH (m = 16, ef_construction = 64);
--   the last logs of a case, and counts by case              execution_log_case_created
CREATE INDEX execution_log_case_created ON execution_log (case_id, created_at DESC);
--   full text and nearest chunks                             chunk_words, chunk_embedding
CREATE INDEX chunk_words ON chunk USING gin (words);
CREATE INDEX chunk_embedding ON chunk USING hnsw (embedding vector_cosine_ops);
CREATE INDEX chunk_document ON chunk (document_id);
--   taxonomy nodes by their words                            taxonomy_node_words
CREATE INDEX taxonomy_node_words ON taxonomy_node USING gin (words);
CREATE INDEX taxonomy_edge_parent ON taxonomy_edge (version, parent_id);
ALTER TABLE execution_log ADD CONSTRAINT execution_log_case FOREIGN KEY (case_id) REFERENCES case_bank;
CREATE TRIGGER case_bank_vector_changed AFTER UPDATE OF query_vector ON case_bank
FOR EACH ROW WHEN (OLD.query_vector IS DISTINCT FROM NEW.query_vector) EXECUTE FUNCTION forget_comparison();
