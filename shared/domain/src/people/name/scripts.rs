//! Detects words that mix confusable scripts.

use unicode_script::Script;
use unicode_security::mixed_script::AugmentedScriptSet;

/// Returns whether a word mixes scripts whose letters are easily confused.
///
/// Words of different scripts may follow each other: companies combine their name with an English
/// word.
///
/// The limit is the "moderately restrictive" level of Unicode Technical Standard #39, 5.2. It
/// allows a single script. It allows the scripts of Japanese, Korean, or Chinese together with
/// Latin. It also allows Latin with one other recommended script, except Cyrillic and Greek.
///
/// The standard covers identifiers, such as user names in programs. This function also checks
/// letters that are not allowed in identifiers.
pub(super) fn is_confusable_mix(word: &str) -> bool {
    let mut all = AugmentedScriptSet::default();
    let mut beside_latin = AugmentedScriptSet::default();
    for letter in word.chars().filter(|ch| ch.is_alphabetic()) {
        let scripts = AugmentedScriptSet::for_char(letter);
        all.intersect_with(scripts);
        if !scripts.base.contains_script(Script::Latin) {
            beside_latin.intersect_with(scripts);
        }
    }
    let east_asian = beside_latin.jpan || beside_latin.kore || beside_latin.hanb;
    let combines_with_latin =
        |script: Script| script.is_recommended() && !matches!(script, Script::Cyrillic | Script::Greek);
    let mut others = beside_latin.base.iter();
    let one_other = others.next().is_some_and(combines_with_latin) && others.next().is_none();
    all.is_empty() && !east_asian && !one_other
}
