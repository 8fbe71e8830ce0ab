//! Characters that are not visible in a text.

/// Whether a character is invisible: direction marks, zero-width spaces, soft hyphens, fillers,
/// tags, and the joiners that some scripts and emoji need.
pub(crate) const fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Whether it changes how its neighbours look in some scripts and emoji: joiners and variation
/// selectors.
pub(crate) const fn shapes_its_neighbours(character: char) -> bool {
    matches!(
        character,
        '\u{180b}'..='\u{180d}' | '\u{180f}' | '\u{200c}'..='\u{200d}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{e0100}'..='\u{e01ef}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invisible_characters_are_recognised() {
        for character in [
            '\u{ad}',
            '\u{200b}',
            '\u{200d}',
            '\u{200e}',
            '\u{202e}',
            '\u{2060}',
            '\u{2069}',
            '\u{feff}',
            '\u{fe0f}',
            '\u{e0041}',
            '\u{180e}',
            '\u{3164}',
        ] {
            assert!(is_invisible(character), "{character:?}");
        }
        for character in [
            'a', ' ', '\u{a0}', 'é', '東', '👩', '-', '\u{301}', '\u{600}',
        ] {
            assert!(!is_invisible(character), "{character:?}");
        }
    }

    #[test]
    fn joiners_are_invisible() {
        let all = '\0'..=char::MAX;
        assert!(
            all.filter(|it| shapes_its_neighbours(*it))
                .all(is_invisible)
        );
    }
}
