//! What is found in small texts of every kind.

use super::dialect;

/// A header and so many lines under it, by their numbers from 0.
fn table(header: &str, lines: usize, line: impl Fn(usize) -> String) -> String {
    let lines: Vec<String> = (0..lines).map(line).collect();
    format!("{header}\n{}\n", lines.join("\n"))
}

fn found(text: &str) -> String {
    dialect(text, true).delimiter
}

#[test]
fn what_separates_the_cells_is_found() {
    for (expected, text) in [
        (',', table("day,open,close", 9, |i| format!("{}/10/2020,{i}.1,{i}.2", i + 1))),
        (',', table("name,amount", 9, |i| format!("Acme {i},\"{i},{}.00\"", 100 + i))),
        (',', table("ts,v", 9, |i| format!("2020-01-01 10:0{i}:00,{i}.5"))),
        (',', table("from,to", 9, |i| format!("0{i}:00,0{i}:30"))),
        (',', table("lat,lon", 9, |i| format!("51.{i}00,-0.{i}00"))),
        (',', table("mail,name", 9, |i| format!("a{i}@x.org,Ann Lee"))),
        (',', table("url,hits", 9, |i| format!("https://a.org/p;{i}?x=1|2,{i}"))),
        (',', table("id, name, n", 9, |i| format!("{i}, Foo Bar, {i}"))),
        (',', table("#,name", 9, |i| format!("#{i},Name {i}"))),
        (',', table("a,b,c", 1, |_| "1,2,3".to_owned())),
        (';', table("day;value;name", 9, |i| format!("0{}.10.2020;{i},{i}5;Jones, Jan", i + 1))),
        (';', table("von;bis;was", 9, |i| format!("0{i}:00;0{i}:30;Kurs A"))),
        (';', table("x;y", 9, |i| format!("{i},1;{i},2"))),
        (';', table("\"a\";\"b\";\"c\"", 9, |i| format!("\"{i}\";\"x,y\";\"{i},5\""))),
        (';', table("name;address;zip", 9, |i| format!("P{i};{i} Main St, Springfield, IL;6270{i}"))),
        ('\t', table("id\ttext\turl", 9, |i| format!("{i}\tHello, world; text {i}\thttp://x.org/a,b;c?{i}"))),
        ('\t', table("x\ty\tname", 9, |i| format!("{i},12\t{i},50\tA, B"))),
        ('|', table("id|list|n", 9, |i| format!("{i}|a;b;c, d|{i}"))),
        ('|', table("|id|name|", 9, |i| format!("|{i}|Foo {i}|"))),
        ('~', table("a~b~c", 9, |i| format!("{i}~text, with commas; {i}~{i}"))),
        ('^', table("a^b^c", 9, |i| format!("{i}^foo bar {i}^2020-01-1{i}"))),
        ('#', table("a#b#c", 9, |i| format!("{i}#text {i}#{i}"))),
        ('*', table("a*b*c", 9, |i| format!("{i}*text {i}*{i}"))),
        ('\u{1f}', table("a\u{1f}b", 9, |i| format!("{i}\u{1f}x,y"))),
        (':', table("root:x:0:0:root:/root:/bin/sh", 9, |i| format!("u{i}:x:{i}:{i}:User {i}:/home/u{i}:/bin/sh"))),
        (' ', table("1 2.5 3", 9, |i| format!("{i} {i}.5 {i}"))),
    ] {
        assert_eq!(found(&text), expected.to_string(), "{text}");
    }
}

#[test]
fn separators_inside_of_cells_separate_nothing() {
    for (expected, text) in [
        (',', table("id,tags,n", 9, |i| format!("{i},a|b|c,{i}"))),
        (',', table("name,notes,score", 9, |i| format!("N{i},first; second; third,{i}"))),
        (',', table("id,data", 5, |i| format!("{i},\"{{\"\"type\"\": \"\"Point\"\", \"\"at\"\": [10{i}.0, 0.5]}}\""))),
        (',', table("id,text,n", 6, |i| format!("{i},\"line one, a\nline two; b\",{i}"))),
        (',', table("a,b,c", 8, |i| format!("{i},'x, y',{i}"))),
        (',', table("name,town,n", 8, |i| format!("O'Brien {i},King's Lynn,{i}"))),
        (',', table("size,name", 6, |i| format!("{i}\" pipe,thing {i}"))),
        (';', table("id;text", 6, |i| format!("{i};\"a, b\nc, d, e\""))),
        ('|', table("id|desc", 8, |i| format!("{i}|first, second; and: third {i}"))),
        ('\t', table("name\tbio", 1, |_| "Ann\tBorn in Rome, Italy; lives in Paris, France".to_owned())),
    ] {
        assert_eq!(found(&text), expected.to_string(), "{text}");
    }
}

#[test]
fn what_stands_around_a_table_does_not_hide_it() {
    let payments = table("Dept,Supplier,Amount", 9, |i| format!("D{i},Sup {i} Ltd,{i}0.50"));
    let sales = table("Tag;Text;Betrag", 8, |i| format!("0{}.01.2020;Kauf, Laden {i};-{i},50", i + 1));
    for (expected, text) in [
        (
            ',',
            format!(
                "Payments over 500, all departments\nMade: 2020-10-01 10:00:00\n\n{payments}\nSource: finance; notes\n"
            ),
        ),
        (',', format!("# source: x\n# day: 2020-01-01\n{payments}")),
        (',', table("Title,,,,\n,,,,\nname,q1,q2,q3,", 7, |i| format!("Row {i},{i},{i},{i},"))),
        (',', table(",,2019,,2020,\nRegion,Code,Men,Women,Men,Women", 8, |i| format!("R{i},{i},{i},{i},{i},{i}"))),
        (';', format!("Kunde: 123\nZeitraum: 01.01.2020 - 31.01.2020\nErstellt am;01.02.2020\n\n{sales}")),
        (';', format!("{sales}\nQuelle: Amt, 2020; ohne Angabe\n")),
    ] {
        assert_eq!(found(&text), expected.to_string(), "{text}");
    }
}

#[test]
fn one_column_is_left_in_one_piece() {
    for text in [
        table("value", 9, |i| format!("{}", i * 37)),
        table("time", 9, |i| format!("10:0{i}:00")),
        table("day", 9, |i| format!("2020/01/1{i} 10:00")),
        table("comment", 9, |i| format!("this is a line of text number {i}")),
        table("name", 6, |i| {
            ["Ann Lee", "Bob Stone", "Cara De Vito", "Dan O'Neill", "Eve Fox", "Flo van Dam"][i].to_owned()
        }),
        table("note", 6, |i| format!("[2020-01-0{i}] INFO start of job {i}: ok")),
        table("setting", 6, |i| format!("key{i}: some value or two")),
    ] {
        assert_eq!(found(&text), "", "{text}");
    }
}

#[test]
fn little_is_enough() {
    for (expected, text) in [(';', "a;b;c"), ('\t', "a\tb"), ('|', "a|b|c,d"), (';', "\n\na;b;\"c,d,e\"\n")] {
        assert_eq!(found(text), expected.to_string(), "{text:?}");
    }
}

#[test]
fn quotes_around_nothing_are_quotes() {
    for quote in ['"', '\''] {
        let cells = |cells: [&str; 2]| cells.map(|cell| format!("{quote}{cell}{quote}")).join(",");
        let lines = [cells(["id", "note"]), cells(["100", ""]), cells(["101", ""]), cells(["102", ""])];
        assert_eq!(dialect(&lines.join("\n"), true).quote, u8::try_from(quote).ok());
    }
}
