//! What the security middleware does for one function.

use std::sync::Arc;

use axum::http::HeaderValue;

use crate::{
    Origins,
    origin::{self, PublicUrl},
};

/// Configuration of [`secure`](crate::secure()) for one function.
#[derive(Clone, Debug)]
pub struct SecurityProfile {
    /// The content security policy of responses that are not embeddable frames.
    pub(super) policy: HeaderValue,
    /// Patterns of the paths to which the cross-site rule does not apply.
    pub(super) exempt: &'static [&'static str],
    /// The origins whose pages may embed widgets.
    pub(super) embedders: Arc<Origins>,
    pub(super) public_url: Option<PublicUrl>,
}

/// The content security policy of pages. It ends with `form-action`, so
/// [`SecurityProfile::with_form_targets`] can append more origins to this directive.
pub(super) const APP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                   base-uri 'none'; frame-ancestors 'none'; object-src 'none'; form-action 'self'";
const API: &str = "default-src 'none'; frame-ancestors 'none'";

impl SecurityProfile {
    /// Creates a profile for functions with pages.
    ///
    /// The response to a form may redirect to Stripe or to the host app at `app_url`. The policy
    /// lists the origins of both, because browsers also apply `form-action` to the targets of
    /// redirects.
    #[must_use]
    pub fn app(app_url: Option<&str>) -> Self {
        Self::with_form_targets(app_url, Origins::STRIPE)
    }

    /// Like [`app`](Self::app), with the configured origins of Stripe's hosted pages.
    #[must_use]
    pub fn app_with_checkout(app_url: Option<&str>, checkout: &Origins) -> Self {
        Self::with_form_targets(app_url, &checkout.to_string())
    }

    fn with_form_targets(app_url: Option<&str>, checkout: &str) -> Self {
        let host_app =
            app_url.and_then(origin::origin_of).map(|origin| format!(" {origin}")).unwrap_or_default();
        let policy = HeaderValue::from_str(&format!("{APP} {checkout}{host_app}"));
        Self { policy: policy.unwrap_or(HeaderValue::from_static(APP)), ..Self::api() }
    }

    /// Creates a profile for functions without pages.
    #[must_use]
    pub fn api() -> Self {
        let policy = HeaderValue::from_static(API);
        Self { policy, exempt: &[], embedders: Arc::default(), public_url: None }
    }

    /// Disables the cross-site rule for paths, given as patterns of [`ROUTES`](crate::routes::ROUTES).
    #[must_use]
    pub const fn with_exempt_paths(mut self, patterns: &'static [&'static str]) -> Self {
        self.exempt = patterns;
        self
    }

    /// Sets the origin at which browsers reach the stage. With `None`, the origin is the domain of
    /// each request.
    #[must_use]
    pub fn with_public_url(mut self, public_url: Option<&str>) -> Self {
        self.public_url = public_url.map(|url| PublicUrl(url.into()));
        self
    }

    /// Allows pages of these origins to embed widgets.
    #[must_use]
    pub fn with_embedders(mut self, origins: &Origins) -> Self {
        self.embedders = Arc::new(origins.clone());
        self
    }
}
