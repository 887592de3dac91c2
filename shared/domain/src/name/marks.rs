//! Characters that cannot be seen, and those that pile up.

use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

/// The most marks that stand on one letter (Unicode Technical Standard #39, 5.4).
const MOST_MARKS: usize = 4;

/// Makes the symbol before it an emoji.
const EMOJI_STYLE: char = '\u{fe0f}';

/// Whether something in a text is not to be seen, or makes the rest be seen otherwise.
pub(super) fn hide(text: &str) -> bool {
    let before = std::iter::once('\0').chain(text.chars());
    text.chars().zip(before).any(|(ch, before)| match ch {
        EMOJI_STYLE => before.general_category() != GeneralCategory::OtherSymbol,
        _ => is_invisible(ch),
    })
}

/// Whether marks stand on nothing, or pile up.
pub(super) fn pile_up(text: &str) -> bool {
    let mut marks = 0;
    let mut last = None;
    for ch in text.chars() {
        let is_mark = ch.general_category_group() == GeneralCategoryGroup::Mark;
        let on_nothing = is_mark && last.is_none_or(char::is_whitespace);
        let twice = last == Some(ch) && ch.general_category() == GeneralCategory::NonspacingMark;
        marks = if is_mark { marks + 1 } else { 0 };
        if on_nothing || twice || marks > MOST_MARKS {
            return true;
        }
        last = Some(ch);
    }
    false
}

/// Control, format, bidi, private and unassigned characters, and those of other categories that are drawn as nothing
/// (Unicode's `Default_Ignorable_Code_Point`, and the empty Braille cell).
pub(crate) fn is_invisible(ch: char) -> bool {
    let drawn_as_nothing = matches!(
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
    drawn_as_nothing
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
