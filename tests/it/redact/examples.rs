/// A secret for each form of each rule. `«…»` encloses what must not leave; without it, all of it
/// must not. In braces is what the secret has so many of: letters and digits, or only some of them.
/// Put together at run time, so that nobody's scanner takes this file for a leak.
const TEMPLATES: &[(&str, &str)] = &[
    ("1password-token", "ops_eyJ{120}"),
    ("age-key", "AGE-SECRET-KEY-1{A58}"),
    ("anthropic-key", "sk-ant-api03-{40}-{52}AA"),
    ("anthropic-key", "sk-ant-oat01-{40}_{52}"),
    ("artifactory-token", "AKCp{69}"),
    ("atlassian-token", "ATATT3xFf{180}={x8}"),
    ("atlassian-token", "ATCTT3xFf{180}={x8}"),
    ("aws-access-key", "AKIA{A16}"),
    ("aws-access-key", "ASIA{A16}"),
    ("aws-access-key", "ABIA{A16}"),
    ("aws-access-key", "ACCA{A16}"),
    ("aws-secret-key", "aws_secret_access_key = «{b40}»"),
    ("aws-secret-key", "AWS_SECRET_ACCESS_KEY='«{b40}»'"),
    ("aws-secret-key", "\"SecretAccessKey\": \"«{b40}»\""),
    ("aws-session-token", "aws_session_token=«{b300}»"),
    ("aws-session-token", "AWS_SESSION_TOKEN=«{b300}==»"),
    ("aws-session-token", "\"SessionToken\": \"«{b300}»\""),
    ("azure-key", "AccountKey=«{b86}==»;EndpointSuffix=core.windows.net"),
    ("azure-key", "SharedAccessKeyName=Root;SharedAccessKey=«{b43}=»"),
    ("azure-secret", "{3}7Q~{34}"),
    ("azure-secret", "{3}8Q~{34}"),
    ("azure-signature", "x.blob.core.windows.net/c?sig=«{43}%3D»"),
    ("azure-signature", "x.blob.core.windows.net/c?sv=2020&sig=«{43}%3D»"),
    ("bitbucket-token", "ATBB{32}"),
    ("clojars-token", "CLOJARS_{a60}"),
    ("cloudflare-key", "v1.0-{x24}-{x146}"),
    ("contentful-token", "CFPAT-{43}"),
    ("crates-io-token", "cio{32}"),
    ("databricks-token", "dapi{x32}-2"),
    ("digitalocean-token", "dop_v1_{x64}"),
    ("digitalocean-token", "doo_v1_{x64}"),
    ("digitalocean-token", "dor_v1_{x64}"),
    ("discord-webhook", "discord.com/api/webhooks/{d18}/«{68}»"),
    ("docker-token", "dckr_pat_{27}"),
    ("docker-token", "dckr_oat_{32}"),
    ("doppler-token", "dp.pt.{43}"),
    ("doppler-token", "dp.st.dev.{43}"),
    ("doppler-token", "dp.ct.{43}"),
    ("doppler-token", "dp.sa.{43}"),
    ("doppler-token", "dp.scim.{43}"),
    ("doppler-token", "dp.audit.{43}"),
    ("dynatrace-token", "dt0c01.{A24}.{A64}"),
    ("easypost-key", "EZAK{54}"),
    ("easypost-key", "EZTK{54}"),
    ("figma-token", "figd_{40}"),
    ("fly-token", "fm1_{80}"),
    ("fly-token", "fm2_{80}=="),
    ("fly-token", "fo1_{43}"),
    ("github-token", "ghp_{36}"),
    ("github-token", "gho_{36}"),
    ("github-token", "ghu_{36}"),
    ("github-token", "ghs_{40}.{20}.{30}"),
    ("github-token", "ghr_{76}"),
    ("github-token", "github_pat_{22}_{59}"),
    ("gitlab-token", "glpat-{20}"),
    ("gitlab-token", "glpat-{27}.01.{9}"),
    ("gitlab-token", "gldt-{20}"),
    ("gitlab-token", "glptt-{40}"),
    ("gitlab-token", "glrt-{20}"),
    ("gitlab-token", "glrtr-{20}"),
    ("gitlab-token", "glcbt-1_{20}"),
    ("gitlab-token", "glft-{20}"),
    ("gitlab-token", "glsoat-{20}"),
    ("gitlab-token", "glimt-{25}"),
    ("gitlab-token", "glagent-{50}"),
    ("gitlab-token", "gloas-{64}"),
    ("gitlab-token", "glffct-{20}"),
    ("gitlab-token", "glwt-{20}"),
    ("google-api-key", "AIza{35}"),
    ("google-oauth-secret", "GOCSPX-{28}"),
    ("google-oauth-token", "ya29.{160}"),
    ("google-refresh-token", "1//0{60}"),
    ("grafana-token", "glc_{b60}"),
    ("grafana-token", "glsa_{32}_{x8}"),
    ("groq-key", "gsk_{52}"),
    ("heroku-key", "HRKU-{36}"),
    ("hugging-face-token", "hf_{34}"),
    ("http-authorization", "Authorization: Bearer «{40}»"),
    ("http-authorization", "curl -H 'authorization: Basic «{b40}»'"),
    ("http-authorization", "AUTHORIZATION: token «{40}»"),
    ("http-authorization", "\"Authorization\": \"Bearer «{40}»\""),
    ("jwt", "eyJ{33}.eyJ{80}.{43}"),
    ("jwt", "eyJ{33}.eyJ{6000}.{43}"),
    ("langsmith-key", "lsv2_pt_{x32}_{x10}"),
    ("linear-key", "lin_api_{40}"),
    ("linear-key", "lin_oauth_{64}"),
    ("mailgun-key", "key-{x32}"),
    ("netlify-token", "nfp_{40}"),
    ("netrc-password", "machine example.com login me password «{12}»"),
    ("netrc-password", "machine example.com\n  login me\n  password «{12}»"),
    ("new-relic-key", "NRAK-{A27}"),
    ("notion-token", "ntn_{46}"),
    ("npm-token", "npm_{36}"),
    ("npm-token", "//registry.example.com/:_authToken=«{36}»"),
    ("nuget-key", "oy2{a43}"),
    ("nvidia-key", "nvapi-{64}"),
    ("openai-key", "sk-proj-{74}T3BlbkFJ{74}"),
    ("openai-key", "sk-svcacct-{74}"),
    ("openai-key", "sk-admin-{74}"),
    ("openai-key", "sk-{20}T3BlbkFJ{20}"),
    ("openai-key", "sk-or-v1-{x64}"),
    ("openai-key", "sk-{x32}"),
    ("perplexity-key", "pplx-{48}"),
    ("planetscale-token", "pscale_tkn_{43}"),
    ("planetscale-token", "pscale_pw_{43}"),
    ("planetscale-token", "pscale_oauth_{43}"),
    ("postman-key", "PMAK-{x24}-{x34}"),
    (
        "private-key",
        "-----BEGIN RSA PRIVATE KEY-----\n«{b64}»\n«{b40}»\n-----END RSA PRIVATE KEY-----",
    ),
    ("private-key", "-----BEGIN PRIVATE KEY-----\n«{b64}»\n-----END PRIVATE KEY-----\n"),
    (
        "private-key",
        "-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: 1\n\n«{b64}»\n«={b4}»\n-----END PGP PRIVATE KEY BLOCK-----",
    ),
    (
        "private-key",
        "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n«{b64}»\n---- END SSH2 ENCRYPTED PRIVATE KEY ----",
    ),
    ("private-key-base64", "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQpN{b200}"),
    ("private-key-base64", "LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCk1J{b200}"),
    ("private-key-base64", "LS0tLS1CRUdJTiBFQyBQUklWQVRFIEtFWS0tLS0tCk1J{b200}"),
    ("private-key-base64", "LS0tLS1CRUdJTiBPUEVOU1NIIFBSSVZBVEUgS0VZLS0t{b200}"),
    ("private-key-base64", "LS0tLS1CRUdJTiBFTkNSWVBURUQgUFJJVkFURSBLRVkt{b200}"),
    ("pulumi-token", "pul-{x40}"),
    ("putty-key", "Private-Lines: 2\n«{b64}»\n«{b40}»\nPrivate-MAC: 1"),
    ("pypi-token", "pypi-AgEIcHlwaS5vcmc{120}"),
    ("replicate-token", "r8_{37}"),
    ("render-key", "rnd_{28}"),
    ("rubygems-key", "rubygems_{x48}"),
    ("sendgrid-key", "SG.{22}.{43}"),
    ("sentry-token", "sntrys_{b80}"),
    ("sentry-token", "sntryu_{x64}"),
    ("shopify-token", "shpat_{x32}"),
    ("shopify-token", "shpca_{x32}"),
    ("shopify-token", "shppa_{x32}"),
    ("shopify-token", "shpss_{x32}"),
    ("slack-token", "xoxb-{d12}-{d12}-{24}"),
    ("slack-token", "xoxp-{d12}-{d12}-{d12}-{x32}"),
    ("slack-token", "xoxe.xoxp-1-{80}"),
    ("slack-token", "xapp-1-{A11}-{d13}-{x64}"),
    ("slack-token", "xwfp-{d12}-{24}"),
    ("slack-webhook", "https://hooks.slack.com/services/«T{A8}/B{A8}/{24}»"),
    ("sourcegraph-token", "sgp_{x16}_{x40}"),
    ("square-token", "sq0atp-{22}"),
    ("square-token", "sq0csp-{43}"),
    ("stripe-key", "sk_live_{24}"),
    ("stripe-key", "sk_test_{99}"),
    ("stripe-key", "rk_live_{24}"),
    ("stripe-key", "rk_test_{24}"),
    ("stripe-webhook", "whsec_{b32}"),
    ("supabase-key", "sbp_{x40}"),
    ("supabase-key", "sb_secret_{22}_{8}"),
    ("tailscale-key", "tskey-auth-{17}-{32}"),
    ("tavily-key", "tvly-dev-{32}"),
    ("telegram-token", "{d10}:AA{33}"),
    ("terraform-token", "{14}.atlasv1.{67}"),
    ("url-password", "postgres://me:«{12}»@db.example.com/x"),
    ("url-password", "https://«{40}»@example.com/a.git"),
    ("url-password", "redis://:«{12}»@127.0.0.1:6379"),
    ("vault-token", "hvs.{90}"),
    ("vault-token", "hvb.{140}"),
    ("vault-token", "hvr.{90}"),
    ("xai-key", "xai-{80}"),
];

/// A text with secrets.
pub struct Example {
    pub rule: &'static str,
    pub text: String,
    /// What must not leave.
    pub secrets: Vec<String>,
}

/// An example of each form of each rule.
pub fn examples() -> Vec<Example> {
    TEMPLATES.iter().map(|(rule, template)| example(rule, template)).collect()
}

fn example(rule: &'static str, template: &str) -> Example {
    let filled = fill(template);
    let text = filled.replace(['«', '»'], "");
    let marked = filled.split('«').skip(1).filter_map(|rest| rest.split('»').next());
    let mut secrets: Vec<_> = marked.map(str::to_owned).collect();
    if secrets.is_empty() {
        secrets.push(text.clone());
    }
    Example { rule, text, secrets }
}

fn fill(template: &str) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (what, after) = after.split_once('}').unwrap();
        let kind = what.trim_end_matches(|c: char| c.is_ascii_digit());
        let alphabet = match kind {
            "x" => "0a1b2c3d4e5f67899f8e",
            "A" => "Q7W2E3R4T5Y6U7A2S3D4",
            "a" => "q7w2e3r4t5y6u7i8a2s3",
            "d" => "31415926535",
            "b" => "aB3/cD4+eF5gH6",
            _ => "a1B2c3D4e5F6g7H8j9K",
        };
        let count: usize = what[kind.len()..].parse().unwrap();
        text.push_str(before);
        // Each part begins elsewhere, so that no two are the same.
        text.extend(alphabet.chars().cycle().skip(text.len() % 7).take(count));
        rest = after;
    }
    text + rest
}

/// What a push of records warns of, a share of transcripts replaces.
#[test]
fn what_is_found_in_a_record_is_replaced_in_a_transcript() {
    let redactor = git_ao::redact::Redactor::default();
    let tail = "A1B2C3D4E5F6G7H8".repeat(5);
    let starts = [
        "AKIA",
        "ASIA",
        "sk-ant-",
        "ghp_",
        "gho_",
        "ghu_",
        "ghs_",
        "ghr_",
        "github_pat_",
        "glpat-",
        "AIza",
        "hf_",
        "npm_",
        "sk-proj-",
        "sk-svcacct-",
        "sk-",
        "pypi-Ag",
        "xapp-",
        "xoxa-",
        "xoxb-",
        "xoxp-",
        "rk_live_",
        "sk_live_",
        "cio",
    ];
    for start in starts {
        let size = match start {
            "AKIA" | "ASIA" => 16,
            "cio" => 32,
            "AIza" => 35,
            _ => tail.len(),
        };
        let text = format!("a {start}{} b", &tail[..size]);
        assert_eq!(git_ao::model::secrets(&text).len(), 1, "{text}");
        let redacted = redactor.text(text.as_bytes());
        assert_eq!(redacted.hits.total(), 1, "{text}");
        let shown = String::from_utf8_lossy(&redacted.bytes).into_owned();
        assert!(!shown.contains(&tail[..8]), "{shown}");
    }
    let key = format!("-----BEGIN PRIVATE KEY-----\n{tail}\n-----END PRIVATE KEY-----\n");
    assert_eq!(
        (git_ao::model::secrets(&key).len(), redactor.text(key.as_bytes()).hits.total()),
        (1, 1)
    );
}
