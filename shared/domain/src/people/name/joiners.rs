//! Decides where the zero-width joiner and non-joiner are allowed.

use icu_properties::{
    CodePointMapData, CodePointSetData,
    props::{ExtendedPictographic, JoiningType},
};
use unicode_normalization::char::canonical_combining_class;

const NON_JOINER: char = '\u{200c}';
const JOINER: char = '\u{200d}';

/// Canonical combining class of viramas, which suppress the vowel of a letter.
const VIRAMA: u8 = 9;

/// Returns whether a character is a zero-width joiner or non-joiner.
pub(super) const fn is_joiner(ch: char) -> bool {
    matches!(ch, NON_JOINER | JOINER)
}

/// Returns whether a script or an emoji sequence needs the joiner between `before` and `after`.
///
/// The rules for scripts are RFC 5892, appendix A.1 and A.2. A joiner after a virama can end a
/// word: older Malayalam texts write a final chillu letter in this way.
pub(super) fn is_needed(joiner: char, before: &str, after: &str) -> bool {
    let after_virama = before.chars().next_back().is_some_and(|ch| canonical_combining_class(ch) == VIRAMA);
    after_virama
        || match joiner {
            NON_JOINER => separates_cursive_letters(before, after),
            _ => joins_emoji(before, after),
        }
}

/// Returns whether the letters beside a position would join, as in Arabic script. Characters that
/// are transparent for joining, such as vowel signs, are skipped.
fn separates_cursive_letters(before: &str, after: &str) -> bool {
    let types = CodePointMapData::<JoiningType>::new();
    let solid = |kind: &JoiningType| *kind != JoiningType::Transparent;
    let left = before.chars().rev().map(|ch| types.get(ch)).find(solid);
    let right = after.chars().map(|ch| types.get(ch)).find(solid);
    matches!(left, Some(JoiningType::LeftJoining | JoiningType::DualJoining))
        && matches!(right, Some(JoiningType::RightJoining | JoiningType::DualJoining))
}

/// Returns whether a position is between two emoji (Unicode Technical Standard #51, ED-16). The
/// emoji before it can have a skin tone or the variation selector for emoji.
fn joins_emoji(before: &str, after: &str) -> bool {
    let emoji = CodePointSetData::new::<ExtendedPictographic>();
    let mut before = before.chars().rev();
    let mut left = before.next();
    if matches!(left, Some('\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}')) {
        left = before.next();
    }
    [left, after.chars().next()].into_iter().all(|ch| ch.is_some_and(|ch| emoji.contains(ch)))
}
