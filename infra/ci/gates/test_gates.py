"""Shows with sample crates that the gates fail.

    python3 -m unittest infra.ci.gates.test_gates
"""

import tempfile
import unittest
from pathlib import Path

from infra.ci.gates import cycles, dependencies, locks, sizes


class Cycles(unittest.TestCase):
    def circles(self, **files: str) -> list[list[str]]:
        """Returns the circles of a crate with these files. `__` in a name separates folders."""
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            for path, text in files.items():
                file = folder / f"{path.replace('__', '/')}.rs"
                file.parent.mkdir(exist_ok=True)
                file.write_text(text)
            return [[file.stem for file in circle] for circle in cycles.circles(cycles.edges(folder / "lib.rs"))]

    def test_use_declarations_make_a_circle(self):
        for use in ("use crate::b::B;", "use super::{b::{self, B as C}, c};", "use super::b::*;", "pub use crate::b::B;"):
            with self.subTest(use):
                self.assertEqual(self.circles(lib="mod a; mod b; mod c;", a=f"{use} pub struct A(B, C);", b="use crate::a::A; pub struct B(A);", c=""), [["a", "b"]])

    def test_paths_make_a_circle(self):
        for code in ("fn a() { super::b::b() }", "fn a() { let _ = json!({ x: crate::b::b() }); }", "use crate::b; fn a() { b::b() }"):
            with self.subTest(code):
                self.assertEqual(self.circles(lib="mod a; mod b;", a=code + " pub struct A;", b="use crate::a::A; pub fn b() -> A {}"), [["a", "b"]])

    def test_trait_makes_a_circle_without_being_named(self):
        self.assertEqual(self.circles(lib="mod a; mod b;", a="use crate::b::B; pub struct A;", b="use crate::a::A; pub trait B { fn b(_: A); }"), [["a", "b"]])

    def test_three_files_make_a_circle(self):
        a, b, c = (f"use crate::{name}::{name.upper()}; pub struct {own}({name.upper()});" for own, name in (("A", "b"), ("B", "c"), ("C", "a")))
        self.assertEqual(self.circles(lib="mod a; mod b; mod c;", a=a, b=b, c=c), [["a", "b", "c"]])

    def test_parent_and_child_make_a_circle(self):
        self.assertEqual(self.circles(lib="mod a; use a::A; pub struct Lib(A);", a="pub struct A; fn a() -> super::Lib { todo!() }"), [["a", "lib"]])

    def test_reexported_name_leads_to_its_definition(self):
        lib = "mod a; mod b; pub use b::{B, *};"
        self.assertEqual(self.circles(lib=lib, a="use super::B; pub struct A(B);", b="use crate::a::A; pub struct B(A);"), [["a", "b"]])
        self.assertEqual(self.circles(lib=lib, a="use crate::C; pub struct A(C);", b="use crate::a::A; pub struct C(A);"), [["a", "b"]])

    def test_name_of_a_macro_call_is_defined_there(self):
        self.assertEqual(self.circles(lib="mod a; mod b;", a="id! { A }\nfn a(_: super::b::B) {}", b="pub struct B(crate::a::A);"), [["a", "b"]])

    def test_module_that_declares_or_reexports_is_in_no_circle(self):
        child = "use super::{Parent, other::Other}; pub struct Child(Parent, Other);"
        self.assertEqual(self.circles(lib="mod p;", p__mod="mod child; pub mod other; pub use child::Child; pub struct Parent;", p__child=child, p__other="pub struct Other;"), [])
        # A router names the handlers of its child modules.
        self.assertEqual(self.circles(lib="mod a; pub struct App; fn router() { a::show() }", a="pub fn show(_: crate::App) {}"), [])

    def test_tests_comments_and_variables_are_in_no_circle(self):
        for code in ("#[cfg(test)] mod tests { use super::*; use crate::b::B; }", "// crate::b::B\nconst X: &str = \"crate::b::B\";", "use crate::b; fn a(x: X) { x.B(); let b = 'b'; }"):
            with self.subTest(code):
                self.assertEqual(self.circles(lib="mod a; mod b;", a=code + " pub struct A;", b="use crate::a::A; pub struct B(A);"), [])


class Dependencies(unittest.TestCase):
    def error(self, name: str, other: str, kind: str | None = None) -> bool:
        """Returns whether a dependency of one crate on another is an error."""
        shared = dict.fromkeys([*dependencies.SHARED, "test-support"], "shared")
        folders = {**shared, **dict.fromkeys(dependencies.INFRA, "infra"), "billing": "functions", "sign-in": "functions"}
        packages = [{"name": name, "dependencies": [{"name": other, "kind": kind}]}]
        return bool(list(dependencies.errors(packages, folders)))

    def test_dependencies_follow_the_direction(self):
        for name, other in (("billing", "store"), ("store", "domain"), ("aws-local", "sim"), ("stack", "billing"), ("cli", "stack"), ("e2e", "cli"), ("e2e", "test-support"), ("sim", "runtime"), ("test-support", "aws-local")):
            with self.subTest(name, other=other):
                self.assertFalse(self.error(name, other))
                self.assertTrue(self.error(other, name))

    def test_crates_of_one_layer_are_independent(self):
        for name, other in (("billing", "sign-in"), ("store", "mail"), ("stripe-mock", "console"), ("test-support", "cli"), ("store", "sim")):
            for kind in (None, "dev"):
                with self.subTest(name, other=other, kind=kind):
                    self.assertTrue(self.error(name, other, kind))

    def test_crates_for_one_purpose_are_not_linked(self):
        for name, other, kind in (("billing", "test-support", "dev"), ("store", "test-support", "dev"), ("domain", "content", "build")):
            with self.subTest(name, other=other):
                self.assertFalse(self.error(name, other, kind))
                self.assertTrue(self.error(name, other))

    def test_domain_is_pure_and_services_have_one_caller(self):
        self.assertTrue(self.error("domain", "tokio"))
        self.assertFalse(self.error("domain", "tokio", "dev"))
        self.assertTrue(self.error("billing", "aws-sdk-dynamodb"))


class Sizes(unittest.TestCase):
    def test_file_of_401_lines_is_too_long(self):
        file = Path("shared/store/tests/key.rs")
        self.assertEqual(sizes.long_files({file: "\n" * 400}), [])
        self.assertEqual(len(sizes.long_files({file: "\n" * 401})), 1)

    def test_crate_of_infra_is_too_large_without_its_tests(self):
        tests = "#[cfg(test)]\nmod tests {\n\n}\n"
        def crate(name: str) -> dict[Path, str]:
            return {Path(f"infra/{name}/src/{number}.rs"): "\n" * 350 + tests for number in range(20)}
        self.assertEqual(sizes.large_crates({**crate("sim"), Path("infra/sim/tests/all.rs"): "\n", Path("infra/sim/src/bus/tests.rs"): "\n"}), [])
        self.assertEqual(len(sizes.large_crates({**crate("sim"), Path("infra/sim/src/lib.rs"): "\n"})), 1)
        self.assertEqual(sizes.large_crates({**crate("e2e"), Path("infra/e2e/src/lib.rs"): "\n"}), [])

    def test_name_of_a_test_is_too_long_or_says_too_little(self):
        for name, errors in (("a_b_c", 0), ("a_b_" + "c" * 56, 0), ("a_b_" + "c" * 57, 1), ("it_works", 1)):
            for attribute in ("#[test]", "#[tokio::test(start_paused = true)]\nasync", "#[test]\n#[ignore]"):
                with self.subTest(name, attribute=attribute):
                    self.assertEqual(len(sizes.test_names({Path("a.rs"): f"{attribute} fn {name}() {{}}"})), errors)


class Locks(unittest.TestCase):
    def test_missing_version_and_missing_hash_are_found(self):
        locked = "a==1 \\\n    --hash=sha256:00\nb==2\n"
        self.assertEqual(locks.faults("a[extra]==1\n", "a==1 \\\n    --hash=sha256:00\n"), [])
        self.assertEqual(locks.faults("a==2\nb==2\n", locked), ["a==2 is not in the lock file", "b==2 has no version or no hash"])


if __name__ == "__main__":
    unittest.main()
