//! The Azure CLI, through a fake shell.

use std::{ffi::OsStr, io, process::Output};

use azure_identity::Executor;

use super::*;

/// A fake of the shell that runs `az`.
#[derive(Debug)]
struct Shell {
    exit_code: i32,
    stdout: &'static str,
    stderr: &'static str,
}

#[async_trait]
impl Executor for Shell {
    async fn run(&self, _: &OsStr, args: &[&OsStr]) -> io::Result<Output> {
        let command = args[1].to_string_lossy();
        let expected =
            "az account get-access-token -o json --scope https://api.example/.default --tenant t-1";
        assert!(command.ends_with(expected), "{command}");
        Ok(Output {
            status: exit_status(self.exit_code),
            stdout: self.stdout.into(),
            stderr: self.stderr.into(),
        })
    }
}

#[cfg(unix)]
fn exit_status(code: i32) -> std::process::ExitStatus {
    std::os::unix::process::ExitStatusExt::from_raw(code << 8)
}

#[cfg(windows)]
fn exit_status(code: i32) -> std::process::ExitStatus {
    std::os::windows::process::ExitStatusExt::from_raw(code.unsigned_abs())
}

async fn ask_cli(shell: Shell) -> Result<AccessToken, SignInError> {
    let entra = Entra::serve([good()]).await;
    let azure = Azure {
        config: CredentialConfig::AzureCli {
            tenant_id: Some("t-1".to_owned()),
            executor: Arc::new(shell),
        },
        ..azure(&sign_in(CredentialKind::AzureCli, &entra), &entra)
    };
    azure.sign_in().await
}

#[tokio::test]
async fn azure_cli_signs_in_and_its_errors_are_explained() {
    let token = ask_cli(Shell {
        exit_code: 0,
        stdout: r#"{"accessToken":"a.b.c","expires_on":4102444800,"tokenType":"Bearer"}"#,
        stderr: "",
    })
    .await
    .unwrap();
    assert_eq!(token.secret.expose_secret(), "a.b.c");

    for (exit_code, stderr, text, hint) in [
        (
            127,
            "sh: az: not found",
            "az not found on PATH",
            "install the Azure CLI",
        ),
        (
            1,
            "ERROR: Please run 'az login' to setup account.\n",
            "the sign-in (azure-cli) failed: Please run 'az login' to setup account.",
            "az login",
        ),
        (
            1,
            "ERROR: AADSTS50034: The user account does not exist. Trace ID: x\n",
            "AADSTS50034",
            "the account is not in this tenant",
        ),
    ] {
        let error = ask_cli(Shell {
            exit_code,
            stdout: "",
            stderr,
        })
        .await
        .unwrap_err();
        assert!(error.to_string().contains(text), "{error}");
        assert!(error.hint().unwrap().contains(hint), "{error}");
        assert!(!error.is_passing());
    }
}
