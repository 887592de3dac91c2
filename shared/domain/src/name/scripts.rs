//! Which scripts may stand together in a name.

use unicode_script::Script;
use unicode_security::mixed_script::AugmentedScriptSet;

/// Whether letters of scripts that are mistaken for each other stand together: more than the "moderately restrictive"
/// level of Unicode Technical Standard #39, 5.2, lets through. Single scripts and the scripts that Japanese, Korean and
/// Chinese are written in may stand together, with Latin beside them; so may Latin and one other script of everyday use,
/// unless that is Cyrillic or Greek.
///
/// The standard judges identifiers. In names every letter counts, also those that no identifier should have.
pub(super) fn mix(name: &str) -> bool {
    let mut all = AugmentedScriptSet::default();
    let mut beside_latin = AugmentedScriptSet::default();
    for letter in name.chars().filter(|ch| ch.is_alphabetic()) {
        let scripts = AugmentedScriptSet::for_char(letter);
        all.intersect_with(scripts);
        if !scripts.base.contains_script(Script::Latin) {
            beside_latin.intersect_with(scripts);
        }
    }
    let east_asian = beside_latin.jpan || beside_latin.kore || beside_latin.hanb;
    let goes_with_latin =
        |script: Script| script.is_recommended() && !matches!(script, Script::Cyrillic | Script::Greek);
    let mut others = beside_latin.base.iter();
    let one_other = others.next().is_some_and(goes_with_latin) && others.next().is_none();
    all.is_empty() && !east_asian && !one_other
}
