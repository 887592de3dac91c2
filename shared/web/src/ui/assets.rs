//! The style sheet, the script and the icon: compiled in, and served under names that carry a hash of their content,
//! so that a browser may keep them for ever.

/// One file of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asset {
    stem: &'static str,
    extension: &'static str,
    hash: u64,
    /// Its media type.
    pub content_type: &'static str,
    /// Its content.
    pub body: &'static str,
}

/// What `Cache-Control` says of every asset: its name changes when its content does.
pub const CACHE_CONTROL: &str = "public, max-age=31536000, immutable";

/// The style sheet of every page.
pub const STYLE: Asset =
    Asset::new("app", "css", "text/css; charset=utf-8", include_str!("../../assets/app.css"));
/// What pages do beyond plain HTML. Every page works without it.
pub const SCRIPT: Asset =
    Asset::new("app", "js", "text/javascript; charset=utf-8", include_str!("../../assets/app.js"));
/// The icon in the browser's tab.
pub const ICON: Asset = Asset::new("icon", "svg", "image/svg+xml", include_str!("../../assets/icon.svg"));

const ALL: [Asset; 3] = [STYLE, SCRIPT, ICON];

impl Asset {
    const fn new(
        stem: &'static str,
        extension: &'static str,
        content_type: &'static str,
        body: &'static str,
    ) -> Self {
        Self { stem, extension, hash: fnv1a(body.as_bytes()), content_type, body }
    }

    /// The last part of its path, as `app-0123456789abcdef.css`.
    #[must_use]
    pub fn file(&self) -> String {
        format!("{}-{:016x}.{}", self.stem, self.hash, self.extension)
    }

    /// Its path.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/assets/{}", self.file())
    }
}

/// The asset of that file name. A name with another hash names nothing: an old page gets no new style.
#[must_use]
pub fn find(file: &str) -> Option<&'static Asset> {
    static FILES: [Asset; 3] = ALL;
    FILES.iter().find(|asset| asset.file() == file)
}

/// FNV-1a, computed by the compiler. It tells versions apart; nothing relies on it being hard to forge.
const fn fnv1a(bytes: &[u8]) -> u64 {
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
    fn assets_are_found_by_the_name_that_pages_use_and_by_no_other() {
        for asset in ALL {
            assert_eq!(find(&asset.file()), Some(&asset));
            assert_eq!(asset.path(), format!("/assets/{}", asset.file()));
        }
        for file in ["", "app.css", "app-0000000000000000.css", "../app.css"] {
            assert_eq!(find(file), None, "{file}");
        }
    }

    #[test]
    fn the_name_follows_the_content() {
        assert_eq!(fnv1a(b"a"), 0xaf63_dc4c_8601_ec8c, "the published test vector");
        assert_ne!(fnv1a(b"a{}"), fnv1a(b"b{}"));
    }

    #[test]
    fn the_style_sheet_asks_no_other_host_for_anything() {
        for word in ["url(", "@import", "http:", "https:"] {
            assert!(!STYLE.body.contains(word), "{word}");
        }
    }
}
