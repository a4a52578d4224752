//! Values that are kept as they are written for people: in events, in JSON, in assay.toml.

use super::due::Due;
use super::{FieldType, ModelRef, Period, ReleaseName};
use crate::base::Error;

macro_rules! kept_as_written {
    ($($value:ty),+) => {$(
        impl serde::Serialize for $value {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $value {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(|error: Error| serde::de::Error::custom(error.message()))
            }
        }
    )+};
}

kept_as_written!(Due, FieldType, ModelRef, Period, ReleaseName);
