//! Style sheets, scripts, and the icon, which are compiled into the binary.
//!
//! The name of a file contains a hash of the content, so browsers may cache the file for a year.
//! Files that pages of the host app load have names without a hash, and browsers cache them only
//! for a short time. The script of the custom elements has both names: a page that uses the name with
//! the hash can also check the content.

use std::sync::LazyLock;

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha384};

/// A static file of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asset {
    stem: &'static str,
    extension: &'static str,
    naming: Naming,
    hash: u64,
    /// Whether pages of the host app load the file.
    pub is_for_embedders: bool,
    /// The media type, with the character set for text.
    pub content_type: &'static str,
    /// The content of the file.
    pub body: &'static str,
}

/// How the name of a file is formed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Naming {
    /// The name contains a hash of the content, so new content has a new name.
    Hashed,
    /// The name contains no hash and never changes, because pages of the host app contain it.
    Stable,
}

/// The `Cache-Control` value of a file whose name contains a hash.
pub const CACHE_CONTROL: &str = "public, max-age=31536000, immutable";

/// Joins the parts of a script at compile time, without the lines that contain only a comment.
macro_rules! script {
    ($($part:tt)*) => {{
        const SOURCE: &[u8] = concat!($($part)*).as_bytes();
        const LENGTH: usize = copy_code(SOURCE, &mut []);
        const BODY: [u8; LENGTH] = {
            let mut body = [0; LENGTH];
            copy_code(SOURCE, &mut body);
            body
        };
        match str::from_utf8(&BODY) {
            Ok(body) => body,
            Err(_) => "",
        }
    }};
}

/// The style sheet of every page.
pub const STYLE: Asset =
    Asset::new("app", "css", "text/css; charset=utf-8", include_str!("../assets/app.css"));
/// The script of every page. Every page also works without this script.
pub const SCRIPT: Asset = Asset::new(
    "app",
    "js",
    "text/javascript; charset=utf-8",
    script!("(() => {\n\"use strict\";\n", include_str!("../assets/app.js"), "})();\n"),
);
/// The script that updates an open page when a task is completed in another place, such as another
/// browser or the host app.
pub const LIVE_SCRIPT: Asset = Asset::new(
    "live",
    "js",
    "text/javascript; charset=utf-8",
    script!(
        "(() => {\n\"use strict\";\n",
        include_str!("../assets/pace.js"),
        include_str!("../assets/live.js"),
        "})();\n"
    ),
);
/// The custom elements for pages of the host app, with their style sheet.
///
/// The script contains the style sheet as text. So the content security policy of the host app's
/// page does not need to list Onramp's origin in `style-src`.
pub const EMBED_SCRIPT: Asset = Asset::stable(
    "onboarding",
    "js",
    "text/javascript; charset=utf-8",
    script!(
        "(() => {\n\"use strict\";\nconst CSS = `\n",
        include_str!("../assets/onboarding.css"),
        "`;\n",
        include_str!("../assets/pace.js"),
        include_str!("../assets/onboarding.js"),
        "})();\n"
    ),
);
/// The same script under a name with a hash, for pages that check its content.
pub const PINNED_EMBED_SCRIPT: Asset = Asset { naming: Naming::Hashed, ..EMBED_SCRIPT };
/// The style sheet of framed widgets, and of widgets that the host app's server includes in a page.
pub const EMBED_STYLE: Asset =
    Asset::stable("onboarding", "css", "text/css; charset=utf-8", include_str!("../assets/onboarding.css"));
/// The script of a framed widget.
pub const FRAME_SCRIPT: Asset = Asset::new(
    "frame",
    "js",
    "text/javascript; charset=utf-8",
    script!(
        "(() => {\n\"use strict\";\n",
        include_str!("../assets/pace.js"),
        include_str!("../assets/frame.js"),
        "})();\n"
    ),
);
/// The favicon of every page.
pub const ICON: Asset = Asset::new("icon", "svg", "image/svg+xml", include_str!("../assets/icon.svg"));

const ALL: [Asset; 8] =
    [STYLE, SCRIPT, LIVE_SCRIPT, EMBED_SCRIPT, PINNED_EMBED_SCRIPT, EMBED_STYLE, FRAME_SCRIPT, ICON];

impl Asset {
    const fn new(
        stem: &'static str,
        extension: &'static str,
        content_type: &'static str,
        body: &'static str,
    ) -> Self {
        let hash = fnv1a(body.as_bytes());
        Self { stem, extension, naming: Naming::Hashed, hash, is_for_embedders: false, content_type, body }
    }

    const fn stable(
        stem: &'static str,
        extension: &'static str,
        content_type: &'static str,
        body: &'static str,
    ) -> Self {
        let asset = Self::new(stem, extension, content_type, body);
        Self { naming: Naming::Stable, is_for_embedders: true, ..asset }
    }

    /// Returns the file name, such as `app-0123456789abcdef.css` or, for a stable name,
    /// `onboarding.js`.
    #[must_use]
    pub fn file(&self) -> String {
        match self.naming {
            Naming::Hashed => format!("{}-{:016x}.{}", self.stem, self.hash, self.extension),
            Naming::Stable => format!("{}.{}", self.stem, self.extension),
        }
    }

    /// Returns the `Cache-Control` value of the file.
    #[must_use]
    pub const fn cache_control(&self) -> &'static str {
        match self.naming {
            Naming::Hashed => CACHE_CONTROL,
            Naming::Stable => "public, max-age=300, stale-while-revalidate=86400",
        }
    }

    /// Returns the path under which the file is served.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/assets/{}", self.file())
    }

    /// Returns the SHA-384 hash of the content, as the attribute `integrity` of a script has it
    /// (W3C Subresource Integrity).
    #[must_use]
    pub fn integrity(&self) -> String {
        format!("sha384-{}", STANDARD.encode(Sha384::digest(self.body)))
    }
}

/// Name of the JSON file with the address and the hash of the custom elements' script.
pub const EMBED_PIN_FILE: &str = "onboarding.json";

/// Returns the JSON with the path of the custom elements' script in this release, and its hash.
#[must_use]
pub fn embed_pin() -> &'static str {
    static PIN: LazyLock<String> = LazyLock::new(|| {
        let script = PINNED_EMBED_SCRIPT;
        format!(r#"{{"src": "{}", "integrity": "{}"}}"#, script.path(), script.integrity())
    });
    &PIN
}

/// Returns the asset with that file name.
///
/// Returns `None` if the hash in the name belongs to different content. So a page of an older
/// release never gets the style sheet of a newer release.
#[must_use]
pub fn find(file: &str) -> Option<&'static Asset> {
    static FILES: [Asset; 8] = ALL;
    FILES.iter().find(|asset| asset.file() == file)
}

/// Copies a script into `out` as far as it fits, without the lines that contain only a comment. Returns
/// the length of the result.
const fn copy_code(script: &[u8], mut out: &mut [u8]) -> usize {
    let (mut rest, mut length, mut skips) = (script, 0, is_comment(script));
    while let Some((byte, tail)) = rest.split_first() {
        if !skips {
            let space = out;
            out = match space.split_first_mut() {
                Some((first, space)) => {
                    *first = *byte;
                    space
                }
                None => &mut [],
            };
            length += 1;
        }
        if *byte == b'\n' {
            skips = is_comment(tail);
        }
        rest = tail;
    }
    length
}

/// Returns whether a text starts with a comment, after spaces.
const fn is_comment(text: &[u8]) -> bool {
    match text {
        [b' ', rest @ ..] => is_comment(rest),
        [b'/', b'/', ..] => true,
        _ => false,
    }
}

/// Computes the 64-bit FNV-1a hash at compile time.
///
/// The hash only distinguishes different contents, so it does not need to be cryptographic: no
/// attacker controls the contents.
#[must_use]
pub const fn fnv1a(bytes: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325;
    let mut rest = bytes;
    while let Some((byte, tail)) = rest.split_first() {
        hash = (hash ^ *byte as u64).wrapping_mul(0x0100_0000_01b3);
        rest = tail;
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assets_are_found_only_by_their_exact_name() {
        for asset in ALL {
            assert_eq!(find(&asset.file()), Some(&asset));
            assert_eq!(asset.path(), format!("/assets/{}", asset.file()));
        }
        for file in ["", "app.css", "app-0000000000000000.css", "../app.css"] {
            assert_eq!(find(file), None, "{file}");
        }
    }

    #[test]
    fn hash_depends_on_the_content() {
        assert_eq!(fnv1a(b"a"), 0xaf63_dc4c_8601_ec8c, "the published test vector");
        assert_ne!(fnv1a(b"a{}"), fnv1a(b"b{}"));
    }

    #[test]
    fn embed_script_has_a_second_name_with_a_hash() {
        let pinned = find(&PINNED_EMBED_SCRIPT.file()).unwrap();
        assert_eq!((pinned.body, pinned.cache_control()), (EMBED_SCRIPT.body, CACHE_CONTROL));
        assert!(pinned.path().starts_with("/assets/onboarding-") && pinned.is_for_embedders);
        let pin = format!(r#"{{"src": "{}", "integrity": "{}"}}"#, pinned.path(), EMBED_SCRIPT.integrity());
        assert_eq!(embed_pin(), pin);
        let empty = Asset::new("empty", "js", "text/javascript", "").integrity();
        assert_eq!(empty, "sha384-OLBgp1GsljhM2TJ+sbHjaiH9txEUvgdDTAzHv2P24donTt6/529l+9Ua0vFImLlb");
    }

    #[test]
    fn scripts_are_shipped_without_comments() {
        let mut out = [0; 32];
        let length = copy_code(b"// A\na; // b\n  // C\n'\n//'\n", &mut out);
        assert_eq!(&out[..length], b"a; // b\n'\n");
        for script in [SCRIPT, LIVE_SCRIPT, EMBED_SCRIPT, FRAME_SCRIPT] {
            assert!(!script.body.lines().any(|line| line.trim_start().starts_with("//")), "{}", script.stem);
        }
    }

    #[test]
    fn style_sheets_load_nothing_from_other_hosts() {
        for (sheet, word) in [STYLE, EMBED_STYLE]
            .iter()
            .flat_map(|sheet| ["url(", "@import", "http:", "https:"].map(|word| (sheet, word)))
        {
            assert!(!sheet.body.contains(word), "{word}");
        }
    }

    /// All scripts of a page share one global scope. The scripts of embedded elements share the
    /// global scope of the host app's page.
    #[test]
    fn scripts_define_no_globals() {
        for script in [SCRIPT, LIVE_SCRIPT, EMBED_SCRIPT, FRAME_SCRIPT] {
            let (begins, ends) = ("(() => {\n\"use strict\";\n", "})();\n");
            assert!(script.body.starts_with(begins) && script.body.ends_with(ends), "{}", script.stem);
        }
    }

    #[test]
    fn embed_files_are_small_stable_and_without_eval() {
        let size = EMBED_SCRIPT.body.len();
        assert!(size < 11 * 1024, "{size}");
        assert_eq!(
            (EMBED_SCRIPT.path().as_str(), EMBED_STYLE.path().as_str()),
            ("/assets/onboarding.js", "/assets/onboarding.css")
        );
        for word in ["eval(", "new Function", "document.cookie", "localStorage", ".style."] {
            assert!(!EMBED_SCRIPT.body.contains(word), "{word}");
        }
        assert_eq!(EMBED_STYLE.body.matches(['`', '\\']).count(), 0, "it is embedded in a template literal");
    }
}
