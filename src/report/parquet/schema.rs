//! The columns, as the format itself describes them. They are only ever appended: a folder with
//! a file a night reads as one table.

use std::sync::Arc;

use parquet::{
    errors::Result,
    schema::{parser::parse_message_type, types::Type},
};

const GAPS: &str = "
message gaps {
  required binary machineId (STRING);
  required binary kbId (STRING);
  optional binary name (STRING);
  required group productsNames (LIST) {
    repeated group list {
      required binary element (STRING);
    }
  }
  optional binary url (STRING);
  optional int64 machineMissedOn;
  required int64 cveAddressed;
  optional binary osBuild (STRING);
  required int64 answeredAt (TIMESTAMP(MILLIS,true));
}";

pub(super) fn gaps() -> Result<Arc<Type>> {
    Ok(Arc::new(parse_message_type(GAPS)?))
}
