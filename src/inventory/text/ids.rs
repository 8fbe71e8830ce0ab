//! Machine ids in text: a cell that is an id, and ids anywhere within a text.

use super::invisible::{is_unseen, without_unseen};
use crate::domain::machine::MachineId;

/// The number of characters in a machine id.
const LENGTH: usize = 40;

/// Parses a cell that is a machine id. It may be wrapped: in quotes, after an apostrophe or as the
/// formula `="..."`, which people use to keep Excel from reformatting it, or in the brackets of
/// some program. Invisible characters around or within it are ignored.
pub fn machine_id(text: &str) -> Option<MachineId> {
    let bare = text.trim_matches(|letter| is_unseen(letter) || is_wrapping(letter));
    bare.parse()
        .ok()
        .or_else(|| without_unseen(bare).parse().ok())
}

/// Whether people or programs wrap a value in this character: quotes, brackets, a formula.
pub(crate) fn is_wrapping(letter: char) -> bool {
    matches!(
        letter,
        '"' | '\'' | '`' | '\u{b4}' | '=' | '\\' | '(' | ')' | '[' | ']' | '{' | '}' | '<' | '>'
            | '\u{ab}' | '\u{bb}' | '\u{2018}'..='\u{201f}' | '\u{2032}'..='\u{2036}'
            | '\u{2039}' | '\u{203a}' | '\u{3008}'..='\u{3011}' | '\u{3014}'..='\u{301f}'
            | '\u{ff02}' | '\u{ff07}' | '\u{ff08}' | '\u{ff09}' | '\u{ff1c}' | '\u{ff1e}'
            | '\u{ff3b}' | '\u{ff3d}' | '\u{ff5b}' | '\u{ff5d}'
    )
}

/// Every machine id anywhere in the text: exactly 40 consecutive hexadecimal digits.
pub(crate) fn ids_in(text: &str) -> Vec<MachineId> {
    if text.len() < LENGTH {
        return Vec::new();
    }
    let text = without_unseen(text);
    let runs = text.split(|letter: char| !letter.is_ascii_hexdigit());
    runs.filter_map(|digits| digits.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "2339ad14a01bd0299afb93dfa2550136057bff96";
    const OTHER: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    #[test]
    fn wrapped_ids_are_read() {
        let id = ID.parse().ok();
        let (start, end) = ID.split_at(20);
        for text in [
            ID.to_owned(),
            format!(" {}\u{a0}\t", ID.to_uppercase()),
            format!("'{ID}"),
            format!("\"{ID}\""),
            format!("=\"{ID}\""),
            format!("\\\"{ID}\\\""),
            format!("\u{feff}{ID}\u{200b}"),
            format!("\u{202a}\u{200e}{ID}\u{202c}"),
            format!("{start}\u{200b}{end}\u{ad}"),
            format!("{start}\0{end}"),
            format!("[{ID}]"),
            format!("(\u{200f}{ID} )"),
            format!("['{ID}'"),
            format!("<{ID}>"),
            format!("{{\"{ID}\"}}"),
            format!("“{ID}”"),
            format!("„{ID}“"),
            format!("« {ID} »"),
            format!("`{ID}`"),
            format!("＂{ID}＂"),
        ] {
            assert_eq!(machine_id(&text), id, "{text:?}");
        }
        for text in [
            String::new(),
            "'".to_owned(),
            ID[1..].to_owned(),
            format!("{ID};"),
            format!("#{ID}"),
            format!("{start} {end}"),
            format!("{start}\n{end}"),
            format!("{start}-{end}"),
            format!("{ID} {ID}"),
            format!("{ID}{ID}"),
            format!("{}０", &ID[1..]),
        ] {
            assert_eq!(machine_id(&text), None, "{text:?}");
        }
    }

    #[test]
    fn all_ids_in_a_text_are_found() {
        let both: Vec<MachineId> = [ID, OTHER].map(|id| id.parse().unwrap()).to_vec();
        for between in [
            " ",
            ";",
            ",",
            "|",
            "/",
            "\n",
            "\r\n",
            "\t",
            "\",\"",
            "'; '",
            "](",
            ")(",
            "><",
            "“, „",
            "\u{a0}",
            "\\n",
            " and ",
            "/machines/",
            "_",
            "-",
            "\u{3001}",
        ] {
            let text = format!("x:{ID}{between}{OTHER})");
            assert_eq!(ids_in(&text), both, "{text}");
        }
        assert_eq!(
            ids_in(&format!("{}\u{200b}{}", &ID[..7], &ID[7..])),
            both[..1]
        );
        for text in [
            String::new(),
            ID[1..].to_owned(),
            format!("{ID}0"),
            ID.repeat(2),
        ] {
            assert_eq!(ids_in(&text), [], "{text}");
        }
    }
}
