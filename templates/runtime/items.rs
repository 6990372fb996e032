//! `[n]` in a path: items of a list by their place.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{
    Deserialize, Deserializer, Error, IgnoredAny, IntoDeserializer, SeqAccess, Visitor,
};

/// Item `N` of a list, and further ones behind it: `Item<0, Meta, Item<1, Data>>`. An optional item may be missing.
#[derive(Debug, Clone)]
pub struct Item<const N: usize, T, R = ()> {
    /// The item.
    pub value: T,
    /// Those behind it.
    pub rest: R,
}

/// Items of one list in ascending order.
pub trait Items<'de>: Sized {
    /// Reads them, `at` items of the list being read already.
    fn read<A: SeqAccess<'de>>(list: &mut A, at: usize) -> Result<Self, A::Error>;
}

impl<'de> Items<'de> for () {
    fn read<A: SeqAccess<'de>>(list: &mut A, _: usize) -> Result<Self, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

impl<'de, const N: usize, T: Deserialize<'de>, R: Items<'de>> Items<'de> for Item<N, T, R> {
    fn read<A: SeqAccess<'de>>(list: &mut A, at: usize) -> Result<Self, A::Error> {
        for _ in at..N {
            list.next_element::<IgnoredAny>()?;
        }
        let value = match list.next_element()? {
            Some(value) => value,
            // What may be null may be missing.
            None => {
                T::deserialize(().into_deserializer()).map_err(|_: serde::de::value::Error| {
                    A::Error::custom(format!("no `[{N}]` in the list"))
                })?
            }
        };
        Ok(Self {
            value,
            rest: R::read(list, N + 1)?,
        })
    }
}

impl<'de, const N: usize, T: Deserialize<'de>, R: Items<'de>> Deserialize<'de> for Item<N, T, R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ItemsVisitor(PhantomData))
    }
}

struct ItemsVisitor<I>(PhantomData<I>);

impl<'de, I: Items<'de>> Visitor<'de> for ItemsVisitor<I> {
    type Value = I;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<I, A::Error> {
        I::read(&mut list, 0)
    }
}
