//! The faults of a call, or of a whole tenant.

use crate::domain::words::words;

words! {
    /// A fault of one call.
    pub enum Fault {
        /// 404, as for a machine that the service does not know.
        NotFound = "not-found",
        /// 400 `InvalidInput`.
        BadRequest = "bad-request",
        /// 500 `InternalServerError`.
        ServerError = "server-error",
        /// 502 with a proxy's page.
        BadGateway = "bad-gateway",
        /// 503 with a proxy's page.
        Unavailable = "unavailable",
        /// 503 with `Retry-After` in seconds.
        Overloaded = "overloaded",
        /// 504 with a proxy's page.
        GatewayTimeout = "gateway-timeout",
        /// 429 with `Retry-After` in seconds.
        Throttled = "throttled",
        /// 429 with `Retry-After` as an HTTP date.
        ThrottledDate = "throttled-date",
        /// 429 without `Retry-After`.
        ThrottledSilent = "throttled-silent",
        /// 429 with `429` as its code, and without `Retry-After`.
        ThrottledNumber = "throttled-number",
        /// The connection is reset before a reply begins.
        Reset = "reset",
        /// No reply for longer than any client waits, then the connection is closed.
        Hang = "hang",
        /// The body ends before its `Content-Length` is reached.
        Truncated = "truncated",
        /// 200 without a body.
        Empty = "empty",
        /// 200 with a proxy's page.
        Html = "html",
        /// 200 with JSON that has no `value`.
        NoValue = "no-value",
        /// 200 with JSON that is cut in half; the `Content-Length` is that of the half.
        HalfJson = "half-json",
        /// 302 to another origin.
        Redirect = "redirect",
        /// The answer comes in pages, with `@odata.nextLink` on the same origin.
        Paged = "paged",
        /// The first page, with an `@odata.nextLink` on another origin.
        ForeignPage = "foreign-page",
        /// 401: the token is declared expired from now on.
        ExpiredToken = "expired-token",
        /// 403 `Forbidden`, as for a machine that the application may not see.
        Forbidden = "forbidden",
        /// 401 `No Tvm license`.
        Unlicensed = "unlicensed",
        /// 407 with a proxy's page.
        ProxySignIn = "proxy-sign-in",
        /// 401 with a proxy's page.
        SignInPage = "sign-in-page",
        /// 403 with a firewall's page.
        ForbiddenPage = "forbidden-page",
        /// 404 with a gateway's page.
        NotFoundPage = "not-found-page",
        /// 404 with a gateway's JSON.
        NotFoundJson = "not-found-json",
        /// 206 with the whole answer.
        Partial = "partial-content",
    }
}

words! {
    /// A fault of the tenant as a whole.
    pub enum TenantFault {
        /// Tokens do not hold `Software.Read.All`: 403.
        MissingRole = "missing-role",
        /// Tokens do not hold `Machine.Read.All`: the machine list answers 403.
        MissingListRole = "missing-list-role",
        /// Tokens do not hold `Vulnerability.Read.All`: export and changes answer 403.
        MissingExportRole = "missing-export-role",
        /// Tokens for Graph do not hold `ThreatHunting.Read.All`: hunting answers 403.
        MissingHuntingRole = "missing-hunting-role",
        /// 401 `No Tvm license`.
        NoLicence = "no-licence",
        /// 401 `Account mode is inactive`.
        InactiveAccount = "inactive-account",
        /// Every token is refused: 401.
        RejectedTokens = "rejected-tokens",
        /// The sign-in does not know Defender for Endpoint: `AADSTS500011`.
        NoDefender = "no-defender",
        /// No admin of the tenant has consented to the application: `AADSTS7000229`.
        NoConsent = "no-consent",
    }
}
