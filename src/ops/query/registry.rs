//! What registries elsewhere hold, beside what of it is here.

use crate::base::Result;
use crate::domain::registry::{Mirrored, RemoteVersion};
use crate::ops::Workspace;

impl Workspace {
    /// The versions of registries elsewhere as they were seen last: by registry and name, newest version first.
    pub fn remote_versions(&self) -> Result<Vec<RemoteVersion>> {
        self.journal().read(|snapshot| {
            let mut versions = Vec::new();
            for registry in snapshot.registries()? {
                for (name, model) in snapshot.mirrored_models(&registry)? {
                    for version in model.versions.into_iter().rev() {
                        let stands_for = model.aliases.iter().filter(|(_, number)| **number == version.version);
                        let aliases = stands_for.map(|(alias, _)| alias.clone()).collect();
                        let from = Mirrored::of(&registry, &name, &version);
                        let here = snapshot.taken_from(&from)?;
                        versions.push(RemoteVersion {
                            registry: registry.clone(),
                            name: name.clone(),
                            aliases,
                            version,
                            here,
                        });
                    }
                }
            }
            Ok(versions)
        })
    }
}
