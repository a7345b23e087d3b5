// On the desktop the tests' project names its framework; the attributes and assertions that these tests use are called the
// same in both.
global using nanoFramework.TestFramework;
