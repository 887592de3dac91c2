//! Detects invisible characters and excess combining marks.

use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

use super::joiners;

/// Maximum number of marks on one letter (Unicode Technical Standard #39, 5.4).
const MAX_MARKS: usize = 4;

/// Variation selector that displays the preceding symbol as an emoji.
const EMOJI_STYLE: char = '\u{fe0f}';

/// Returns whether a text contains an invisible character, or a character that changes how other
/// characters are displayed. Joiners are allowed where the text needs them.
pub(super) fn has_invisible(text: &str) -> bool {
    text.char_indices().any(|(at, ch)| {
        let (before, rest) = text.split_at(at);
        match ch {
            EMOJI_STYLE => {
                before.chars().next_back().map(char::general_category) != Some(GeneralCategory::OtherSymbol)
            }
            _ if joiners::is_joiner(ch) => {
                !joiners::is_needed(ch, before, rest.strip_prefix(ch).unwrap_or_default())
            }
            _ => is_invisible(ch),
        }
    })
}

/// Returns whether a text has a mark without a letter, a repeated mark, or more than [`MAX_MARKS`]
/// marks on one letter. A mark after a joiner belongs to the letter before the joiner.
pub(super) fn has_excess_marks(text: &str) -> bool {
    let mut marks = 0;
    let mut last = None;
    for ch in text.chars().filter(|ch| !joiners::is_joiner(*ch)) {
        let is_mark = ch.general_category_group() == GeneralCategoryGroup::Mark;
        let without_letter = is_mark && last.is_none_or(char::is_whitespace);
        let repeated = last == Some(ch) && ch.general_category() == GeneralCategory::NonspacingMark;
        marks = if is_mark { marks + 1 } else { 0 };
        if without_letter || repeated || marks > MAX_MARKS {
            return true;
        }
        last = Some(ch);
    }
    false
}

/// Returns whether a character is invisible.
///
/// Invisible characters are control, format, bidi, private, and unassigned characters. Characters
/// without a glyph are invisible too: Unicode's `Default_Ignorable_Code_Point` and the empty
/// Braille cell.
pub(crate) fn is_invisible(ch: char) -> bool {
    let has_no_glyph = matches!(
        ch,
        '\u{34f}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{17b4}'
            | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{ffa0}'
            | '\u{e0100}'..='\u{e01ef}'
    );
    has_no_glyph
        || matches!(
            ch.general_category(),
            GeneralCategory::Control
                | GeneralCategory::Format
                | GeneralCategory::LineSeparator
                | GeneralCategory::ParagraphSeparator
                | GeneralCategory::PrivateUse
                | GeneralCategory::Surrogate
                | GeneralCategory::Unassigned
        )
}
