//! Conditions and comparisons.

use super::call::LONG;
use super::strength::{Strength, compared, negated, receiver, strength, without_parentheses};
use super::{Scope, Shape, Value, wire};
use crate::emit::record::ident;
use crate::model::{Comparison, Expr, ExprKind, ExprType, Function, LeafKind};
use proc_macro2::{TokenStream, TokenTree};
use quote::quote;

impl Scope<'_> {
    /// A `bool` without parentheses around it.
    pub fn condition(&self, expr: &Expr) -> TokenStream {
        without_parentheses(self.boolean(expr))
    }

    /// A condition that does not begin with `!` or hold when things differ, and whether it is the opposite.
    pub(super) fn decided(&self, expr: &Expr) -> (TokenStream, bool) {
        match &expr.kind {
            ExprKind::Not(inner) => {
                let (condition, opposite) = self.decided(inner);
                return (condition, !opposite);
            }
            ExprKind::Compare(Comparison::NotEqual, a, b) => {
                let equal = self.compare(Comparison::Equal, a, b);
                return (equal.tokens, true);
            }
            _ => {}
        }
        let tokens = self.boolean(expr);
        let mut trees = tokens.clone().into_iter();
        match trees.next() {
            Some(TokenTree::Punct(not))
                if not.as_char() == '!' && strength(&tokens) == Strength::Unary =>
            {
                (without_parentheses(trees.collect()), true)
            }
            _ => (without_parentheses(tokens), false),
        }
    }

    /// The opposite of a condition: of a comparison, the other comparison where that says the same.
    pub(super) fn opposite(&self, expr: &Expr) -> TokenStream {
        let tokens = self.boolean(expr);
        if let ExprKind::Compare(comparison, a, b) = &expr.kind
            && strength(&tokens) == Strength::Comparison
            && (is_equality(*comparison) || is_ordered(a) && is_ordered(b))
        {
            return self.compare(opposite(*comparison), a, b).tokens;
        }
        negated(&tokens)
    }

    /// A `bool` as an operand: bound to a name before where it is long.
    pub(super) fn operand(&self, expr: &Expr) -> TokenStream {
        let tokens = self.boolean(expr);
        if tokens.to_string().len() < 30 {
            return tokens;
        }
        let condition = without_parentheses(tokens);
        let mut lets = self.lets.borrow_mut();
        let bound = lets.clone().into_iter().filter(|token| {
            let text = token.to_string();
            text.starts_with("condition_")
        });
        let name = ident(&format!("condition_{}", bound.count() + 1));
        lets.extend(quote!(let #name = #condition;));
        quote!(#name)
    }

    /// A `bool`.
    pub fn boolean(&self, expr: &Expr) -> TokenStream {
        let value = self.value(expr);
        let tokens = &receiver(&value.tokens);
        match (value.shape, value.optional) {
            (Shape::Boolean, false) => value.tokens.clone(),
            (Shape::Boolean, true) => {
                mapped(tokens).unwrap_or_else(|| quote!((#tokens == Some(true))))
            }
            (Shape::Wire, _) => wire(&value, "is_truthy"),
            (Shape::Str | Shape::Text | Shape::List(_), false) => quote!(!#tokens.is_empty()),
            (Shape::Str, true) => quote!(#tokens.is_some_and(|text| !text.is_empty())),
            (Shape::Integer, false) => quote!((#tokens != 0)),
            (Shape::Integer, true) => quote!(#tokens.is_some_and(|number| number != 0)),
            (Shape::Number, false) => quote!((#tokens != 0.0)),
            (Shape::Number, true) => quote!(#tokens.is_some_and(|number| number != 0.0)),
            (Shape::Text | Shape::List(_), true) => {
                quote!(#tokens.is_some_and(|value| !value.is_empty()))
            }
            (_, true) => quote!(#tokens.is_some()),
            (_, false) => quote!(true),
        }
    }

    /// An `Option<i64>`.
    pub(super) fn signed(&self, expr: &Expr) -> TokenStream {
        let value = self.value(expr);
        let tokens = &receiver(&value.tokens);
        if let ExprKind::Integer(number) = expr.kind {
            let number = proc_macro2::Literal::i64_suffixed(number);
            return quote!(Some(#number));
        }
        match (value.shape, value.optional, self.is_unsigned(expr)) {
            (Shape::Wire, ..) => wire(&value, "integer"),
            (_, true, true) => quote!(#tokens.and_then(|number| i64::try_from(number).ok())),
            (_, true, false) => value.tokens,
            (_, false, true) if expr.kind == ExprKind::Status => quote!(Some(i64::from(#tokens))),
            (_, false, true) => quote!(i64::try_from(#tokens).ok()),
            (_, false, false) => quote!(Some(#tokens)),
        }
    }

    /// Counters of the runtime: `u64`, and the status.
    pub(super) fn is_unsigned(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::PageSize
            | ExprKind::PageNumber
            | ExprKind::Status
            | ExprKind::Call(Function::Length, _) => true,
            ExprKind::Body(path) => self
                .accessors
                .iter()
                .any(|known| known.rust == path.accessor && known.kind == LeafKind::Count),
            _ => false,
        }
    }

    /// Whether two integers have to be brought to one type before they are compared.
    pub(super) fn differ_in_sign(&self, left: &Expr, right: &Expr) -> bool {
        let natural = |expr: &Expr| matches!(expr.kind, ExprKind::Integer(number) if number >= 0);
        let integers = left.ty == ExprType::Integer && right.ty == ExprType::Integer;
        // `u16` and `usize` among `u64`.
        let status = |expr: &Expr| {
            matches!(
                expr.kind,
                ExprKind::Status | ExprKind::Call(Function::Length, _)
            )
        };
        integers
            && !natural(left)
            && !natural(right)
            && (self.is_unsigned(left) != self.is_unsigned(right) || status(left) != status(right))
    }

    pub(super) fn compare(&self, comparison: Comparison, left: &Expr, right: &Expr) -> Value {
        if let Some(empty) = self.emptiness(comparison, left, right) {
            return empty;
        }
        let is_time = |expr: &Expr| matches!(expr.ty, ExprType::Timestamp | ExprType::Date);
        let (mut a, mut b) = if is_time(left) && is_time(right) {
            (self.instant(left), self.instant(right))
        } else {
            (self.apart(left, "left"), self.apart(right, "right"))
        };
        if let (Shape::Boolean, false, ExprKind::Boolean(wanted)) =
            (a.shape, a.optional, &right.kind)
        {
            let tokens = &a.tokens;
            let same = *wanted == (comparison == Comparison::Equal);
            return Value::new(
                if same {
                    tokens.clone()
                } else {
                    negated(tokens)
                },
                Shape::Boolean,
            );
        }
        if self.differ_in_sign(left, right) {
            a = Value::optional(self.signed(left), Shape::Integer);
            b = Value::optional(self.signed(right), Shape::Integer);
        }
        for (this, other) in [(0, b.shape), (1, a.shape)] {
            let this = if this == 0 { &mut a } else { &mut b };
            if this.shape == Shape::Wire {
                *this = match other {
                    Shape::Integer => Value::optional(wire(this, "integer"), Shape::Integer),
                    Shape::Number => Value::optional(wire(this, "number"), Shape::Number),
                    Shape::Boolean => Value::optional(wire(this, "boolean"), Shape::Boolean),
                    _ => Value::optional(wire(this, "as_str"), Shape::Str),
                };
            }
        }
        for (value, name) in [(&mut a, "left"), (&mut b, "right")] {
            if value.tokens.to_string().len() > LONG {
                let name = self.bind(name, &value.tokens);
                value.tokens = quote!(#name);
            }
        }
        let operator = match comparison {
            Comparison::Equal => quote!(==),
            Comparison::NotEqual => quote!(!=),
            Comparison::Less => quote!(<),
            Comparison::LessOrEqual => quote!(<=),
            Comparison::Greater => quote!(>),
            Comparison::GreaterOrEqual => quote!(>=),
        };
        let equality = is_equality(comparison);
        // A `String` has an order with other ones only, and is not what an `Option<&str>` holds.
        if !equality || a.optional != b.optional {
            for (value, expr) in [(&mut a, left), (&mut b, right)] {
                if let Some(text) = self.borrowed(expr).filter(|_| value.shape == Shape::Str) {
                    value.tokens = text;
                }
            }
        }
        let tokens = match (a.optional, b.optional) {
            (false, false) => {
                let (a, b) = (compared(&plain(&a)), compared(&plain(&b)));
                quote!(#a #operator #b)
            }
            (true, true) if equality => {
                let (a, b) = (borrowed(&a), borrowed(&b));
                quote!(#a #operator #b)
            }
            (true, true) => {
                let (a, b) = (borrowed(&a), borrowed(&b));
                quote!(#a.zip(#b).is_some_and(|(a, b)| a #operator b))
            }
            // A value that is absent is unequal to all, and neither less nor greater than any.
            (true, false) if equality => {
                let (a, b) = (borrowed(&a), plain(&b));
                quote!(#a #operator Some(#b))
            }
            (false, true) if equality => {
                let (a, b) = (plain(&a), borrowed(&b));
                quote!(Some(#a) #operator #b)
            }
            (true, false) => {
                let (a, b) = (borrowed(&a), plain(&b));
                let b = compared(&b);
                quote!(#a.is_some_and(|value| value #operator #b))
            }
            (false, true) => {
                let (a, b) = (plain(&a), borrowed(&b));
                let a = compared(&a);
                quote!(#b.is_some_and(|value| #a #operator value))
            }
        };
        Value::new(tokens, Shape::Boolean)
    }
}

impl Scope<'_> {
    /// `x | length == 0` and its like, of what is there.
    fn emptiness(&self, comparison: Comparison, left: &Expr, right: &Expr) -> Option<Value> {
        let ExprKind::Call(Function::Length, of) = &left.kind else {
            return None;
        };
        let empty = match (comparison, &right.kind) {
            (Comparison::Equal | Comparison::LessOrEqual, ExprKind::Integer(0))
            | (Comparison::Less, ExprKind::Integer(1)) => true,
            (Comparison::NotEqual | Comparison::Greater, ExprKind::Integer(0))
            | (Comparison::GreaterOrEqual, ExprKind::Integer(1)) => false,
            _ => return None,
        };
        let of = of.first().map(|of| self.value(of))?;
        let tokens = &receiver(&of.tokens);
        let tokens = match (of.optional, empty) {
            (false, true) => quote!(#tokens.is_empty()),
            (false, false) => quote!(!#tokens.is_empty()),
            (true, true) => quote!(#tokens.is_some_and(|value| value.is_empty())),
            (true, false) => quote!(#tokens.is_some_and(|value| !value.is_empty())),
        };
        Some(Value::new(tokens, Shape::Boolean))
    }
}

fn is_equality(comparison: Comparison) -> bool {
    matches!(comparison, Comparison::Equal | Comparison::NotEqual)
}

/// What holds where the comparison does not, of values that have an order.
fn opposite(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Equal => Comparison::NotEqual,
        Comparison::NotEqual => Comparison::Equal,
        Comparison::Less => Comparison::GreaterOrEqual,
        Comparison::LessOrEqual => Comparison::Greater,
        Comparison::Greater => Comparison::LessOrEqual,
        Comparison::GreaterOrEqual => Comparison::Less,
    }
}

/// Whether two values are always in order: numbers are, of which JSON has none that is not a number.
fn is_ordered(expr: &Expr) -> bool {
    expr.ty != ExprType::Wire
}

/// `x.map(f) == Some(true)` as `x.is_some_and(f)`.
fn mapped(tokens: &TokenStream) -> Option<TokenStream> {
    let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let (function, before) = trees.split_last()?;
    let (method, before) = before.split_last()?;
    let TokenTree::Ident(method) = method else {
        return None;
    };
    let before: TokenStream = before.iter().cloned().collect();
    (*method == "map").then(|| quote!(#before is_some_and #function))
}

fn plain(value: &Value) -> TokenStream {
    let tokens = receiver(&value.tokens);
    match value.shape {
        Shape::Secret => quote!(#tokens.expose()),
        Shape::Text => quote!(#tokens.as_str()),
        _ => value.tokens.clone(),
    }
}

fn borrowed(value: &Value) -> TokenStream {
    let tokens = receiver(&value.tokens);
    match value.shape {
        Shape::Text => quote!(#tokens.as_deref()),
        _ => value.tokens.clone(),
    }
}
