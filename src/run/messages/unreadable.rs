//! The warning about numbers that could not be read.

use tracing::warn;

use crate::aggregate::{Example, Unreadable};

/// Warns once about numbers in the answers that could not be read and are left out.
pub(crate) fn warn_of_unreadable(unreadable: &Unreadable) {
    let values = unreadable.values;
    if let Some(example) = &unreadable.example {
        warn!(unreadable = values, "{}", text(values, example));
    }
}

fn text(values: u64, example: &Example) -> String {
    let Example { machine, kb, value } = example;
    let (values, are) = match values {
        1 => ("1 number".to_owned(), "is"),
        values => (format!("{values} numbers"), "are"),
    };
    format!(
        "{values} in the service's answers could not be read and {are} treated as missing, such \
         as {} for {} on machine {machine}",
        escaped(value),
        kb.for_people(),
    )
}

/// The value, with terminal control characters escaped.
fn escaped(value: &str) -> String {
    let letters = value.chars().map(|letter| {
        if letter.is_ascii_graphic() || letter == ' ' || letter.is_alphanumeric() {
            letter.to_string()
        } else {
            letter.escape_unicode().to_string()
        }
    });
    letters.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{kb::KbId, machine::MachineId};

    #[test]
    fn message_names_an_example() {
        let machine = MachineId::from_bytes([0xab; 20]);
        for (values, value, begin, shown) in [
            (1, "-5", "1 number", "is treated as missing, such as -5"),
            (
                12,
                "\"\u{1b}\u{202e}é\"",
                "12 numbers",
                "are treated as missing, such as \"\\u{1b}\\u{202e}é\"",
            ),
        ] {
            let example = Example {
                machine,
                kb: KbId::new("5058584"),
                value: value.into(),
            };
            let text = text(values, &example);
            assert!(text.starts_with(begin), "{text}");
            let end = format!("{shown} for KB5058584 on machine {machine}");
            assert!(text.ends_with(&end), "{text}");
        }
    }
}
