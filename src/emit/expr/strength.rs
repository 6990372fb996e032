//! How strongly Rust expressions hold together: where one needs parentheses.

use proc_macro2::{Spacing, TokenStream, TokenTree};
use quote::quote;

/// How strongly the parts of an expression hold together, from the weakest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Strength {
    /// `if` or `match`: is no operand at all.
    Block,
    /// `a && b`, `a || b`
    Logic,
    /// `a == b`, `a < b`
    Comparison,
    /// `a + b`, `a / b`
    Arithmetic,
    /// `!a`, `-a`, `*a`, `&a`
    Unary,
    /// Literals, names, calls, what stands in parentheses.
    Postfix,
}

/// The strength of the weakest operator that stands outside brackets.
pub(super) fn strength(tokens: &TokenStream) -> Strength {
    let mut weakest = Strength::Postfix;
    // Whether a value ends before the token, and how deep that is in `::<…>`.
    let (mut after_value, mut depth) = (false, 0_usize);
    let mut before = None;
    for tree in tokens.clone() {
        let TokenTree::Punct(sign) = &tree else {
            if let (None, TokenTree::Ident(word)) = (before, &tree)
                && (*word == "if" || *word == "match")
            {
                return Strength::Block;
            }
            (after_value, before) = (true, Some(' '));
            continue;
        };
        let is_macro = sign.as_char() == '!' && after_value && sign.spacing() == Spacing::Alone;
        if is_macro {
            continue;
        }
        let sign = sign.as_char();
        let is_generic = depth > 0 || before == Some(':') && sign == '<';
        match sign {
            '<' if is_generic => depth += 1,
            '>' if is_generic => depth = depth.saturating_sub(1),
            _ if is_generic => {}
            '.' | '?' | ':' | ',' | '\'' => {}
            _ => {
                weakest = weakest.min(of_sign(sign, after_value));
                after_value = false;
            }
        }
        before = Some(sign);
    }
    weakest
}

fn of_sign(sign: char, after_value: bool) -> Strength {
    match sign {
        '!' | '-' | '*' | '&' if !after_value => Strength::Unary,
        '&' | '|' => Strength::Logic,
        '=' | '<' | '>' | '!' => Strength::Comparison,
        _ => Strength::Arithmetic,
    }
}

/// The expression in parentheses, unless it holds together at least so strongly.
fn at_least(needed: Strength, tokens: &TokenStream) -> TokenStream {
    if strength(tokens) < needed {
        quote!((#tokens))
    } else {
        tokens.clone()
    }
}

/// What may stand before a method.
pub(super) fn receiver(tokens: &TokenStream) -> TokenStream {
    at_least(Strength::Postfix, tokens)
}

/// What may stand beside `+` and its like.
pub(super) fn operand(tokens: &TokenStream) -> TokenStream {
    at_least(Strength::Unary, tokens)
}

/// What may stand beside `==` and its like.
pub(super) fn compared(tokens: &TokenStream) -> TokenStream {
    at_least(Strength::Arithmetic, tokens)
}

/// The opposite of a `bool`.
pub(super) fn negated(tokens: &TokenStream) -> TokenStream {
    let mut trees = tokens.clone().into_iter();
    match trees.next() {
        Some(TokenTree::Punct(not))
            if not.as_char() == '!' && strength(tokens) == Strength::Unary =>
        {
            trees.collect()
        }
        _ => {
            let inner = operand(tokens);
            quote!(!#inner)
        }
    }
}

/// What stands in parentheses around all of it.
pub(super) fn without_parentheses(tokens: TokenStream) -> TokenStream {
    let mut trees = tokens.clone().into_iter();
    match (trees.next(), trees.next()) {
        (Some(TokenTree::Group(group)), None) => group.stream(),
        _ => tokens,
    }
}

#[cfg(test)]
mod tests {
    use super::{Strength, compared, negated, receiver, strength};
    use proc_macro2::TokenStream;
    use quote::quote;

    fn shown(tokens: &TokenStream) -> String {
        tokens.to_string()
    }

    #[test]
    fn the_weakest_operator_outside_brackets_counts() {
        for (tokens, expected) in [
            (quote!(config.limit), Strength::Postfix),
            (quote!(None::<&str>), Strength::Postfix),
            (
                quote!(a.iter().collect::<Vec<_>>().join("-")),
                Strength::Postfix,
            ),
            (quote!((a && b)), Strength::Postfix),
            (quote!(format!("{a}").len()), Strength::Postfix),
            (quote!(a != b), Strength::Comparison),
            (quote!(self.start()?.day()), Strength::Postfix),
            (quote!(*self.start()?), Strength::Unary),
            (quote!(-5), Strength::Unary),
            (quote!(a - 5), Strength::Arithmetic),
            (quote!((a * 10.0).round() / 10.0), Strength::Arithmetic),
            (quote!(a + 1 >= -b), Strength::Comparison),
            (quote!(a == b && c), Strength::Logic),
            (quote!(if a { b } else { c }), Strength::Block),
        ] {
            assert_eq!(strength(&tokens), expected, "{tokens}");
        }
    }

    #[test]
    fn parentheses_stand_where_an_operator_would_bind_otherwise() {
        let equal = quote!(a == b);
        assert_eq!(shown(&negated(&equal)), shown(&quote!(!(a == b))));
        assert_eq!(shown(&negated(&quote!(!a.b()))), shown(&quote!(a.b())));
        assert_eq!(
            shown(&negated(&quote!(!a == b))),
            shown(&quote!(!(!a == b)))
        );
        assert_eq!(shown(&compared(&equal)), shown(&quote!((a == b))));
        assert_eq!(shown(&compared(&quote!(a + b))), shown(&quote!(a + b)));
        assert_eq!(shown(&receiver(&quote!(-5))), shown(&quote!((-5))));
        assert_eq!(shown(&receiver(&quote!(a.b()))), shown(&quote!(a.b())));
    }
}
