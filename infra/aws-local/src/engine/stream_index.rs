//! Index of the stream's records in a database on disk.
//!
//! The embedded engine never deletes these records, and has no index for them. At each write it reads
//! the highest sequence number, and at each read of the stream the records after a sequence number.
//! Without an index, both scan all records, so a data folder would become slower with every write.

use std::path::Path;

use rusqlite::{Connection, Result};

/// Creates the index of the database `file`, unless it exists.
pub(super) fn create(file: &Path) -> Result<()> {
    Connection::open(file)?.execute_batch(
        "CREATE INDEX IF NOT EXISTS stream_order
         ON _stream_records (table_name, CAST(sequence_number AS INTEGER))",
    )
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use sim::clock::LocalClock;

    use super::*;
    use crate::engine::Engine;

    #[test]
    fn stream_is_read_and_written_with_the_index() {
        let folder = std::env::temp_dir().join(format!("onramp-stream-index-{}", sim::random::uuid()));
        std::fs::create_dir_all(&folder).unwrap();
        for _ in ["new folder", "existing folder"] {
            Engine::open(Some(&folder), Vec::new(), Arc::new(LocalClock::default())).unwrap();
        }
        let database = Connection::open(folder.join("table.db")).unwrap();
        // The engine's queries in `next_stream_sequence_number` and `stream_records_with_event_ids`.
        for query in [
            "SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1 FROM _stream_records
             WHERE table_name = 'T'",
            "SELECT event_name, new_image FROM _stream_records
             WHERE table_name = 'T' AND shard_id = 's' AND CAST(sequence_number AS INTEGER) > 1
             ORDER BY CAST(sequence_number AS INTEGER) ASC LIMIT 10",
        ] {
            let plan: String =
                database.query_row(&format!("EXPLAIN QUERY PLAN {query}"), [], |row| row.get(3)).unwrap();
            assert!(plan.contains("INDEX stream_order"), "{plan}");
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
