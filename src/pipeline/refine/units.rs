//! In what a provider's numbers are, and how they become those of the contract.

use super::numbers::Numbers;
use super::parse::Read;
use super::style::Style;
use crate::domain::currency::Currency;
use crate::domain::understood::RepairKind;
use crate::domain::unit::{Factor, Measure, Unit};
use crate::domain::{Dataset, FieldType, Provider, Value};

/// What is known of the unit of each delivered field, in their order.
pub struct Units(Vec<Of>);

/// The unit of one field.
#[derive(Default)]
struct Of {
    /// What the contract says of the provider's column.
    measure: Option<Measure>,
    /// The unit that all its values are in, where that is known.
    unit: Option<String>,
    /// The place of the field that says what each value is in.
    named_by: Option<usize>,
}

impl Units {
    /// Those of a provider's deliveries; the dataset has its delivered fields only.
    pub fn of(dataset: &Dataset, provider: &Provider) -> Self {
        let place = |name: &String| dataset.schema.iter().position(|field| field.name == *name);
        let of = dataset.schema.iter().map(|field| {
            let measure = provider.units.get(&field.name).cloned();
            let said = measure.as_ref().and_then(|measure| measure.unit.clone());
            match &field.unit {
                None => Of { measure, ..Of::default() },
                Some(Unit::Is(own)) => Of { measure, unit: said.or_else(|| Some(own.clone())), named_by: None },
                Some(Unit::In(other)) => Of { measure, unit: said, named_by: place(other) },
            }
        });
        Self(of.collect())
    }

    /// As what type the cells of a field are read.
    pub fn read_as(&self, place: usize, field_type: FieldType) -> FieldType {
        self.factor(place).map_or(field_type, |factor| factor.read_as(field_type))
    }

    /// How a field's column is written, by what is found in it and by what the contract says: there its currency goes by the
    /// contract.
    pub fn told(&self, place: usize, style: Style) -> Style {
        let Some(of) = self.0.get(place) else { return style };
        let is_in_several = of.named_by.is_some() && of.unit.is_none();
        match (style, of.unit.as_deref().and_then(Currency::of_code)) {
            (Style::Numbers(numbers), Some(currency)) if numbers.currency.is_some() => {
                Style::Numbers(Numbers { currency: Some(currency), ..numbers })
            }
            (Style::Numbers(numbers), None) if is_in_several => Style::Numbers(Numbers { is_in_several, ..numbers }),
            (style, _) => style,
        }
    }

    /// What was read of a cell as a value of its field, or why it is none.
    pub fn converted<'a>(&self, place: usize, field_type: FieldType, mut read: Read<'a>) -> Result<Read<'a>, String> {
        let Some(factor) = self.factor(place).filter(|_| read.value != Value::Null) else { return Ok(read) };
        if let Some(currency) = read.currency.filter(|_| factor.is_of_minor()) {
            return Err(format!("{currency} is said beside it, and the contract says that it is in minor units"));
        }
        read.value =
            factor.times(read.value, field_type).ok_or_else(|| format!("times {factor} it is not a {field_type}"))?;
        read.repairs.push(RepairKind::Converted);
        Ok(read)
    }

    /// The units that the contract says where rows leave them out: the places of the fields that name them, and what to put
    /// there. Or why a row's numbers are in nothing that is known, and of which field that is said.
    pub fn said<'u>(
        &'u self,
        values: &[Value<'_>],
        beside: &[Option<Currency>],
    ) -> Result<Vec<(usize, &'u str)>, (usize, String)> {
        let mut fills = Vec::new();
        for (place, of) in self.0.iter().enumerate() {
            let Some(named_by) = of.named_by else { continue };
            let named = match values[named_by] {
                Value::Text(named) => Some(named),
                _ => None,
            };
            match (named, of.unit.as_deref()) {
                (None, None) if values[place] != Value::Null => {
                    return Err((place, "nothing says what it is in".to_owned()));
                }
                (Some(named), None) => {
                    let denies = |found: &Currency| match Currency::of_code(named) {
                        Some(own) => !own.may_be(*found),
                        None => matches!(found, Currency::Code(code) if !code.eq_ignore_ascii_case(named)),
                    };
                    if let Some(found) = beside[place].filter(denies) {
                        return Err((place, format!("it is in {found}, and `{named}` is said beside it")));
                    }
                }
                (Some(named), Some(unit)) if named != unit => {
                    return Err((place, format!("it is in {named}, and the column in {unit}")));
                }
                (None, Some(unit)) => fills.push((named_by, unit)),
                _ => {}
            }
        }
        Ok(fills)
    }

    fn factor(&self, place: usize) -> Option<Factor> {
        self.0.get(place)?.measure.as_ref()?.factor
    }
}
