//! Style sheets, scripts and the icon: compiled in, and served under names that carry a hash of their content, so that a
//! browser may keep them for ever. What pages of the host app name has names that stay, and is looked at again.

/// One file of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asset {
    stem: &'static str,
    extension: &'static str,
    naming: Naming,
    hash: u64,
    /// Its media type.
    pub content_type: &'static str,
    /// Its content.
    pub body: &'static str,
}

/// How a file is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Naming {
    /// By its content: another content is another file.
    Hashed,
    /// For good: pages that are not ours name it.
    Lasting,
}

/// What `Cache-Control` says of a file whose name changes when its content does.
pub const CACHE_CONTROL: &str = "public, max-age=31536000, immutable";

/// The style sheet of every page.
pub const STYLE: Asset =
    Asset::new("app", "css", "text/css; charset=utf-8", include_str!("../../assets/app.css"));
/// What pages do beyond plain HTML. Every page works without it.
pub const SCRIPT: Asset = Asset::new(
    "app",
    "js",
    "text/javascript; charset=utf-8",
    concat!("(() => {\n\"use strict\";\n", include_str!("../../assets/app.js"), "})();\n"),
);
/// Has a page of ours follow what happens elsewhere.
pub const LIVE_SCRIPT: Asset = Asset::new(
    "live",
    "js",
    "text/javascript; charset=utf-8",
    concat!(
        "(() => {\n\"use strict\";\n",
        include_str!("../../assets/pace.js"),
        include_str!("../../assets/live.js"),
        "})();\n"
    ),
);
/// The elements for pages of the host app, style included: such a page's policy need not allow any of ours.
pub const EMBED_SCRIPT: Asset = Asset::lasting(
    "onboarding",
    "js",
    "text/javascript; charset=utf-8",
    concat!(
        "(() => {\n\"use strict\";\nconst CSS = `\n",
        include_str!("../../assets/onboarding.css"),
        "`;\n",
        include_str!("../../assets/pace.js"),
        include_str!("../../assets/onboarding.js"),
        "})();\n"
    ),
);
/// The style of pieces that a server includes in pages of the host app, and of frames.
pub const EMBED_STYLE: Asset = Asset::lasting(
    "onboarding",
    "css",
    "text/css; charset=utf-8",
    include_str!("../../assets/onboarding.css"),
);
/// What a piece in a frame does beyond plain HTML.
pub const FRAME_SCRIPT: Asset = Asset::new(
    "frame",
    "js",
    "text/javascript; charset=utf-8",
    concat!(
        "(() => {\n\"use strict\";\n",
        include_str!("../../assets/pace.js"),
        include_str!("../../assets/frame.js"),
        "})();\n"
    ),
);
/// The icon in the browser's tab.
pub const ICON: Asset = Asset::new("icon", "svg", "image/svg+xml", include_str!("../../assets/icon.svg"));

const ALL: [Asset; 7] = [STYLE, SCRIPT, LIVE_SCRIPT, EMBED_SCRIPT, EMBED_STYLE, FRAME_SCRIPT, ICON];

impl Asset {
    const fn new(
        stem: &'static str,
        extension: &'static str,
        content_type: &'static str,
        body: &'static str,
    ) -> Self {
        Self { stem, extension, naming: Naming::Hashed, hash: fnv1a(body.as_bytes()), content_type, body }
    }

    const fn lasting(
        stem: &'static str,
        extension: &'static str,
        content_type: &'static str,
        body: &'static str,
    ) -> Self {
        Self { naming: Naming::Lasting, ..Self::new(stem, extension, content_type, body) }
    }

    /// The last part of its path, as `app-0123456789abcdef.css`, or as `onboarding.js` if that stays.
    #[must_use]
    pub fn file(&self) -> String {
        match self.naming {
            Naming::Hashed => format!("{}-{:016x}.{}", self.stem, self.hash, self.extension),
            Naming::Lasting => format!("{}.{}", self.stem, self.extension),
        }
    }

    /// What `Cache-Control` says of it.
    #[must_use]
    pub const fn cache_control(&self) -> &'static str {
        match self.naming {
            Naming::Hashed => CACHE_CONTROL,
            Naming::Lasting => "public, max-age=300, stale-while-revalidate=86400",
        }
    }

    /// Whether pages of the host app load it.
    #[must_use]
    pub const fn is_for_embedders(&self) -> bool {
        matches!(self.naming, Naming::Lasting)
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
    static FILES: [Asset; 7] = ALL;
    FILES.iter().find(|asset| asset.file() == file)
}

/// FNV-1a, computed by the compiler. It tells versions apart; nothing relies on it being hard to forge.
pub(crate) const fn fnv1a(bytes: &[u8]) -> u64 {
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
    fn the_style_sheets_ask_no_other_host_for_anything() {
        for (sheet, word) in [STYLE, EMBED_STYLE]
            .iter()
            .flat_map(|sheet| ["url(", "@import", "http:", "https:"].map(|word| (sheet, word)))
        {
            assert!(!sheet.body.contains(word), "{word}");
        }
    }

    /// A page's scripts share the names outside of functions, with each other and with the host app's.
    #[test]
    fn scripts_name_nothing_for_others() {
        for script in [SCRIPT, LIVE_SCRIPT, EMBED_SCRIPT, FRAME_SCRIPT] {
            let (begins, ends) = ("(() => {\n\"use strict\";\n", "})();\n");
            assert!(script.body.starts_with(begins) && script.body.ends_with(ends), "{}", script.stem);
        }
    }

    #[test]
    fn what_the_host_app_loads_is_small_keeps_its_name_and_evaluates_no_text() {
        let size = EMBED_SCRIPT.body.len();
        assert!(size < 11 * 1024, "{size}");
        assert_eq!(
            (EMBED_SCRIPT.path().as_str(), EMBED_STYLE.path().as_str()),
            ("/assets/onboarding.js", "/assets/onboarding.css")
        );
        for word in ["eval(", "new Function", "document.cookie", "localStorage", ".style."] {
            assert!(!EMBED_SCRIPT.body.contains(word), "{word}");
        }
        assert_eq!(EMBED_STYLE.body.matches(['`', '\\']).count(), 0, "it stands in a template literal");
    }
}
