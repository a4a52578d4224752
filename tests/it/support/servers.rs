//! Real servers, each started by a test and ended with it.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A server of a test's own.
pub struct Server {
    script: PathBuf,
    folder: TempDir,
    /// Where it answers.
    pub address: String,
}

impl Server {
    /// Starts the server that `tests/servers/<name>.sh` is about.
    pub fn start(name: &str) -> Self {
        let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/servers/{name}.sh"));
        let has = Command::new(&script).arg("has").status().unwrap();
        assert!(has.success(), "{name} is not installed: .ci/run installs it");
        let folder = tempfile::tempdir().unwrap();
        // Whom the server runs as has to reach its own folder.
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(folder.path(), open).unwrap();
        let started = Command::new(&script).arg("start").arg(folder.path().join("server")).output().unwrap();
        assert!(started.status.success(), "{}", String::from_utf8_lossy(&started.stderr));
        let address = String::from_utf8_lossy(&started.stdout).trim().to_owned();
        Self { script, folder, address }
    }

    /// A path in its folder.
    pub fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join("server").join(below)
    }

    /// Its client, told to carry out the statements that it reads.
    pub fn client(&self) -> Command {
        let mut client = if self.address.starts_with("postgres") {
            let mut client = Command::new("psql");
            client.args(["--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--no-align", "--tuples-only"]);
            client.arg(&self.address);
            client
        } else {
            let rest = self.address.strip_prefix("mysql://assay@127.0.0.1:").unwrap();
            let (port, database) = rest.split_once('/').unwrap();
            let mut client = Command::new("mariadb");
            client.args(["--no-defaults", "--host=127.0.0.1", "--user=assay", "--skip-column-names"]);
            client.arg(format!("--port={port}")).arg(format!("--database={database}"));
            client
        };
        client.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        client
    }

    /// Carries out statements; what they print.
    pub fn sql(&self, statements: &str) -> String {
        use std::io::Write as _;
        let mut client = self.client().spawn().unwrap();
        client.stdin.take().unwrap().write_all(statements.as_bytes()).unwrap();
        let done = client.wait_with_output().unwrap();
        assert!(done.status.success(), "{statements}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8_lossy(&done.stdout).trim().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = Command::new(&self.script).arg("stop").arg(self.folder.path().join("server")).status();
    }
}
