//! The configuration that a run would use, as text.

use jiff::Timestamp;

use super::token::expiry;
use crate::{
    app::AppError,
    config::Resolved,
    console::LabelledLines,
    defender::auth::{certificate_end, choose},
    run::renewal::is_soon,
};

pub(super) fn configuration(resolved: &Resolved) -> Result<String, AppError> {
    let config = &resolved.config;
    let mut lines = LabelledLines::default();
    let file = resolved
        .file
        .as_ref()
        .map(|path| path.display().to_string());
    lines.add(
        "configuration",
        file.as_deref()
            .unwrap_or("none (using flags, environment and defaults)"),
    );
    lines.add("API", config.service.api_url.as_str());
    lines.add("sign-in", config.sign_in.authority_url.as_str());
    lines.add("scope", &config.sign_in.scope);
    lines.add("credential", choose(&config.sign_in)?.as_str());
    if let Some(end) = certificate_end(&config.sign_in) {
        let doubt = if is_soon(end, Timestamp::now()) {
            ": renew it"
        } else {
            ""
        };
        let end = expiry(end, Timestamp::now());
        lines.add("certificate", &format!("ends {end}{doubt}"));
    }
    Ok(lines.into_text())
}
