//! The service's own count compared with the run's, by product, then by KB.

use std::io;

use super::{RowWriter, Table, column::columns};
use crate::{
    domain::census::{Census as Counted, CensusRow},
    report::{Extras, Run},
};

/// The service's own count compared with the run's.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) struct Census;

impl Table for Census {
    type Row<'run> = &'run CensusRow;

    const FILE: &'static str = "census.csv";

    const COLUMNS: &'static [super::Column<Self>] = columns! {
        "product" Text [csv json sheet("Product", 36) page("Product")] |it| it.product.as_str();
        "kbId" Kb [csv json sheet("KB", 13) page("KB")] |it| &it.kb;
        "ours" Number [csv json sheet("Ours", 12) page("Ours")] |it| it.ours;
        "service" Number [csv json sheet("Service", 12) page("Service")] |it| it.service;
        "difference" Number [csv json sheet("Difference", 13) page("Difference")] |it| it.difference();
        "notAnswered" Number [csv json sheet("Not answered", 15) page("Not answered")] |it| it.not_answered;
        "unexplained" Number [csv json sheet("Unexplained", 14) page("Unexplained")] |it| it.unexplained();
    };

    fn is_written(extras: Extras) -> bool {
        extras.census
    }

    fn count(run: &Run<'_>) -> u64 {
        rows(run).len() as u64
    }

    fn for_each(run: &Run<'_>, write: &mut RowWriter<'_, Self>) -> io::Result<()> {
        rows(run).iter().try_for_each(|row| write(&row))
    }
}

fn rows<'run>(run: &Run<'run>) -> &'run [CensusRow] {
    run.census.map_or(&[], |Counted { rows, .. }| rows)
}
