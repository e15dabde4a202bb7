//! Prompts that look like something else.

use super::world::World;

#[test]
fn brackets_in_a_prompt_are_text() {
    let world = World::new();
    world.repo.commit("file", "text\n");
    for line in ["\u{1b}[31merror\u{1b}[0m [", "[[[[{{{{", "# don't: [\"{ |"] {
        let prompt = format!("{line}\n").repeat(5000);
        let args = ["spawn", "--no-agent", "--json", "--file", "-"];
        let spawned = world.repo.ao_run(args).input(prompt.clone()).run().ok().json();
        let id = spawned["session"]["id"].as_str().unwrap().to_owned();
        let shown = world.repo.ao(["show", "--json", &id]).ok().json();
        let kept = shown["session"]["task"].as_str().unwrap();
        assert_eq!(kept.trim_end(), prompt.trim_end(), "{line}");
    }
}
