#[cfg(test)]
mod tests {
    #[test]
    fn passes() {}
    #[test]
    fn fails() {
        println!("\x1b[31mred\x1b[39m <b> ]]> end");
        assert_eq!(1 + 1, 3, "says \"<b>\" & 'it' 🎉");
    }
    #[test]
    #[ignore = "not today"]
    fn is_skipped() {}
    #[test]
    #[should_panic]
    fn fails_as_wanted() {
        panic!()
    }
    #[test]
    fn passes_when_run_again() {
        let mark = std::env::var("RAN_BEFORE").unwrap();
        if !std::path::Path::new(&mark).exists() {
            std::fs::write(mark, "").unwrap();
            panic!("the first time");
        }
    }
    #[test]
    fn takes_too_long() {
        std::thread::sleep(std::time::Duration::from_secs(30));
    }
    #[test]
    fn crashes() {
        std::process::abort();
    }
}
