//! What is in the data: a profile of a file, of a slice, of a period or of a release, and what differs between two of them.

use std::path::Path;
use std::sync::atomic::Ordering;

use super::Workspace;
use crate::base::{Cancel, Error, Result};
use crate::domain::profile::{Profile, ProfileDifference};
use crate::domain::progress::Progress;
use crate::domain::{Dataset, ModelRef, Period, ReleaseName, Slice, TaskKind};
use crate::pipeline::report::Report;
use crate::pipeline::table::Table;
use crate::pipeline::{Context, profile, standing};
use crate::quality::difference;
use crate::quality::profile::{Input, measure};

/// What was asked about, measured. The names are a promise to programs that read the JSON.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Profiled {
    /// All of it.
    #[serde(flatten)]
    pub profile: Profile,
    /// Each provider's part, where there are several.
    pub providers: Vec<Profile>,
}

/// Where what is measured is looked for, and who hears how far that is.
#[derive(Clone, Copy)]
pub struct Measuring<'a> {
    /// Slices, periods and releases are those of a workspace; files are outside of any.
    pub workspace: Option<&'a Workspace>,
    /// Whose entities are measured, where that is not the model version of the release.
    pub model: Option<&'a ModelRef>,
    /// Hears how many rows are done.
    pub sink: &'a (dyn Fn(Progress) + Sync),
    /// Stops it.
    pub cancel: &'a Cancel,
}

impl Measuring<'_> {
    /// Measures a file, or a part of the workspace: a slice, a period, a release.
    ///
    /// # Errors
    /// When there is no such thing, or nothing was delivered for it.
    pub fn profile(&self, target: &str) -> Result<Profiled> {
        let file = Path::new(target);
        if file.is_file() {
            return Ok(Profiled { profile: self.file(file)?, providers: Vec::new() });
        }
        let Some(workspace) = self.workspace else {
            return Err(Error::not_found(format!("there is no file `{target}`"))
                .hint("what is in a workspace is found from inside of it, or with --workspace DIR"));
        };
        let context = Context { cancel: self.cancel.clone(), ..workspace.reading()? };
        let part = Part::of(&context, target)?;
        let model = match self.model {
            Some(model) => {
                context.journal.read(|snapshot| snapshot.known_model(model))?;
                model.clone()
            }
            None => part.model.clone(),
        };
        let of = |slices: &[Slice], subject: &str| {
            let report = Report::of(TaskKind::Profile, subject.to_owned(), self.sink);
            profile::measure(&context, part.dataset(&context)?, slices, &model, subject, &report)
        };
        let of_one = |slice: &Slice| of(std::slice::from_ref(slice), &slice.to_string());
        let providers =
            if part.slices.len() > 1 { part.slices.iter().map(of_one).collect::<Result<_>>()? } else { Vec::new() };
        Ok(Profiled { profile: of(&part.slices, target)?, providers })
    }

    /// What differs between two of them, measure by measure.
    pub fn difference(&self, before: &str, after: &str) -> Result<ProfileDifference> {
        Ok(difference::between(&self.profile(before)?.profile, &self.profile(after)?.profile))
    }

    fn file(&self, file: &Path) -> Result<Profile> {
        let subject = file.display().to_string();
        let report = Report::of(TaskKind::Profile, subject.clone(), self.sink);
        let Table { columns, is_typed, rows, refused } = Table::open(file, self.cancel)?;
        let input = Input {
            subject: &subject,
            model: &ModelRef::none(),
            schema: &columns,
            is_typed,
            key: &[],
            labels: &[],
            rows,
            rejects: None,
            annotations: None,
        };
        let profile = measure(input, &|done| report.rows(done, None), self.cancel)?;
        Ok(Profile { rejects: refused.load(Ordering::Relaxed), ..profile })
    }
}

/// A part of a workspace.
struct Part {
    slices: Vec<Slice>,
    model: ModelRef,
}

impl Part {
    /// What `slips/2026-10/northgate`, `slips/2026-10` or `slips/2026-10.1` names; where there is one dataset only, its name may
    /// be left out.
    fn of(context: &Context, target: &str) -> Result<Self> {
        let contract = &context.contract;
        let parts: Vec<&str> = target.split('/').collect();
        if let Ok(release) = target.parse::<ReleaseName>() {
            let release = context.journal.read(|snapshot| snapshot.known_release(&release))?;
            return Self::of_period(
                context,
                contract.dataset(&release.name.dataset)?,
                release.name.period,
                None,
                Some(release.model),
            );
        }
        let period = |text: &str| text.parse::<Period>().ok();
        let (dataset, period, provider) = match *parts.as_slice() {
            [one] => (None, period(one), None),
            [one, other] => {
                period(one).map_or_else(|| (Some(one), period(other), None), |period| (None, Some(period), Some(other)))
            }
            [dataset, one, provider] => (Some(dataset), period(one), Some(provider)),
            _ => (None, None, None),
        };
        let Some(period) = period else {
            return Err(Error::not_found(format!("`{target}` is no file, and no slice, period or release"))
                .hint("write a path, or for example slips/2026-10/northgate, slips/2026-10 or slips/2026-10.1"));
        };
        Self::of_period(context, contract.dataset_or_only(dataset)?, period, provider, None)
    }

    fn of_period(
        context: &Context,
        dataset: &Dataset,
        period: Period,
        provider: Option<&str>,
        model: Option<ModelRef>,
    ) -> Result<Self> {
        dataset.check_period(period)?;
        let provider = provider.map(|name| dataset.provider(name)).transpose()?.map(|provider| &provider.name);
        let (standing, in_release) = context.journal.read(|snapshot| {
            let open = snapshot.open_release(&dataset.name, period)?;
            let release = if open.is_some() { open } else { snapshot.live_release(&dataset.name, period)? };
            Ok((standing::batches(snapshot, dataset, period)?, release.map(|release| release.model)))
        })?;
        let delivered = standing::by_provider(standing).into_keys();
        let slices: Vec<Slice> = delivered
            .filter(|name| provider.is_none_or(|provider| provider == name))
            .map(|provider| Slice { dataset: dataset.name.clone(), period, provider })
            .collect();
        if slices.is_empty() {
            let whose = provider.map_or_else(String::new, |provider| format!(" of {provider}"));
            return Err(Error::not_found(format!("nothing{whose} was delivered for {} {period}", dataset.name))
                .hint(format!("what is there: assay period show {period}")));
        }
        Ok(Self { slices, model: model.or(in_release).unwrap_or_else(ModelRef::none) })
    }

    fn dataset<'a>(&self, context: &'a Context) -> Result<&'a Dataset> {
        context.contract.dataset(&self.slices[0].dataset)
    }
}
