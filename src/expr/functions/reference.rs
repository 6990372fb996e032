//! `spile functions`: the table as Markdown.

use super::{FUNCTIONS, Function};

const HEAD: &str = "\
# Functions of expressions

Between `{{` and `}}` stand names, literals, operators, `x if c else y`, tests (`is defined`, `is none`, `is true`,
`is string`, …), items and slices (`x[0]`, `x[-1]`, `x[:4]`) and what is listed here. `x.get('a')` is `x.a`,
`x.get('a', b)` is `x.a | default(b)`, `'a{}'.format(b)` is `'a' ~ b`; `x or y` of values is `y` where `x` is absent,
empty, zero or false.

Types are known when the spec is compiled. What a function is applied to may be absent: then its result is absent too.
What stands in the parentheses is always there; `default` makes it so. Of a secret the result is a secret.
";

/// All functions as Markdown.
#[must_use]
pub fn reference() -> String {
    let mut text = HEAD.to_owned();
    for function in FUNCTIONS {
        text.push_str(&section(function));
    }
    text
}

fn section(function: &Function) -> String {
    let written: Vec<String> = function
        .spellings
        .iter()
        .map(|spelling| format!("`{}`", spelling.shown(function.parameters)))
        .collect();
    let title = function
        .spellings
        .first()
        .map_or("", |spelling| spelling.name);
    let docs: Vec<&str> = function.docs.iter().map(|line| line.trim()).collect();
    let mut text = format!(
        "\n## `{title}`\n\n{} gives {}\n\n",
        written.join(" or "),
        function.gives.word()
    );
    for parameter in function.parameters {
        let otherwise = parameter
            .otherwise
            .map(|otherwise| format!(" (without it: {otherwise})"))
            .unwrap_or_default();
        text.push_str(&format!(
            "- `{}`: {}{otherwise}\n",
            parameter.name,
            parameter.takes.word()
        ));
    }
    text.push_str(&format!(
        "\n{}\n\n```jinja\n{{{{ {} }}}}\n```\n",
        docs.join(" "),
        function.example
    ));
    text
}
