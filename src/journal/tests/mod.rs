//! What a user of the journal would notice.
