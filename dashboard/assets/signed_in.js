// Who is signed in, and the ways to their account and out. It also tells the server, every few minutes, that somebody is
// at work here: an open page asks for a lot by itself, and must not keep a session alive that nobody uses.
const MENUS = new WeakMap();
const TELL_EVERY = 240000;

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".root");
  let menu = MENUS.get(root);
  if (!menu) {
    menu = { acted: 0, told: Date.now(), box: el("details"), name: el("span", "name"), role: el("div", "role"), list: el("div", "menu") };
    MENUS.set(root, menu);
    const summary = el("summary");
    summary.append(icon("person"), menu.name);
    menu.demo = el("span", "chip amber", "Demo");
    menu.demo.title = "The demo signs in by itself on this machine, without a password";
    summary.append(menu.demo);
    menu.staff = el("a", "", "Staff");
    menu.staff.href = "/staff";
    const account = el("a", "", "Your account");
    account.href = "/account";
    menu.list.append(menu.role, account, menu.staff, button("", "Sign out", () => signOut()));
    menu.box.append(summary, menu.list);
    root.append(menu.box);
    // A page that comes back by going back was not asked for anew: whether one is still signed in has to be.
    window.addEventListener("pageshow", (event) => { if (event.persisted) here(); });
    menu.onAct = (event) => {
      menu.acted = Date.now();
      if (menu.box.open && event.type === "pointerdown" && !event.composedPath().includes(menu.box)) menu.box.open = false;
      if (menu.box.open && event.key === "Escape") menu.box.open = false;
      if (menu.acted - menu.told < TELL_EVERY) return;
      menu.told = menu.acted;
      here();
    };
    for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, menu.onAct, true);
  }
  menu.name.textContent = plain(data.name);
  menu.role.textContent = plain(data.role);
  menu.staff.hidden = !data.staff;
  menu.demo.hidden = !data.demo;
  return () => {
    for (const kind of ["keydown", "pointerdown"]) document.removeEventListener(kind, menu.onAct, true);
    MENUS.delete(root);
  };
}
