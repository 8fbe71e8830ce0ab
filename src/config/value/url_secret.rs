//! Secrets in URLs: they are refused, and never repeated.

/// The part of a URL that can be shown: only the scheme if it may contain a secret.
pub(super) fn shown(text: &str) -> String {
    if !text.contains(['@', '?', '#']) && !text.contains("%40") {
        return text.to_owned();
    }
    let is_scheme = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_alphanumeric());
    match text.split_once("://") {
        Some((scheme, _)) if is_scheme(scheme) => format!("{scheme}://..."),
        _ => "...".to_owned(),
    }
}

/// The hint for a user name and a password in front of the host of a URL; `None` if there are none.
/// `scheme` and `rest` are before and after `://`. In Azure's URLs the name of the file system is
/// in front of the host.
pub(super) fn instead_of_password(scheme: &str, rest: &str) -> Option<&'static str> {
    let rest = rest.replace("%40", "@");
    let authority = rest.split('/').next().unwrap_or_default();
    // Keys may have slashes.
    let is_password = authority.contains(':') && rest.contains('@');
    let is_name = authority.contains('@');
    match scheme.to_ascii_lowercase().as_str() {
        "az" | "abfss" => is_password.then_some(
            "no user name and no password: set AZURE_STORAGE_ACCOUNT_KEY or AZURE_STORAGE_SAS_TOKEN, or neither to sign \
             in as to the API",
        ),
        "s3" if is_password || is_name => Some(
            "no user name and no password: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and AWS_ENDPOINT_URL for \
             another host",
        ),
        "gs" if is_password || is_name => {
            Some("no user name and no password: set GOOGLE_APPLICATION_CREDENTIALS")
        }
        "file" if is_password || is_name => {
            Some("no user name and no password: mount the share, and name its folder")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_belong_in_variables() {
        for (scheme, rest, expected) in [
            ("s3", "key:hunter2@bucket/x", Some("AWS_SECRET_ACCESS_KEY")),
            ("S3", "hunter2@bucket", Some("AWS_SECRET_ACCESS_KEY")),
            ("s3", "key:hunt%40bucket/x", Some("AWS_SECRET_ACCESS_KEY")),
            ("s3", "key:hun/ter2@bucket", Some("AWS_SECRET_ACCESS_KEY")),
            ("s3", "bucket/a:b@c", None),
            ("s3", "bucket:9000/x", None),
            ("gs", "key:x@bucket", Some("GOOGLE_APPLICATION_CREDENTIALS")),
            ("az", "key:x@c/x", Some("AZURE_STORAGE_ACCOUNT_KEY")),
            ("az", "fs@acc.dfs.core.windows.net", None),
            ("abfss", "fs@acc.dfs.core.windows.net/a:b@c", None),
            ("abfss", "fs:x@acc.net", Some("AZURE_STORAGE_ACCOUNT_KEY")),
            ("file", "key:x@host/share", Some("mount the share")),
            ("file", "/srv/a:b@c", None),
        ] {
            let wanted = instead_of_password(scheme, rest);
            assert_eq!(wanted.is_some(), expected.is_some(), "{scheme}://{rest}");
            let wanted = wanted.unwrap_or_default();
            assert!(wanted.contains(expected.unwrap_or_default()), "{wanted}");
        }
    }

    #[test]
    fn what_may_be_a_secret_is_not_shown() {
        for (text, expected) in [
            ("s3://key:hunter2@bucket/x", "s3://..."),
            ("s3://key:hunter2%40bucket/x", "s3://..."),
            ("s3://key:hun/ter2@bucket", "s3://..."),
            ("az://c/x?sig=hunter2", "az://..."),
            ("hunter2@host", "..."),
            ("ftp://host/x", "ftp://host/x"),
        ] {
            assert_eq!(shown(text), expected);
        }
    }
}
